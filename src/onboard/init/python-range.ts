import { compareVersions, type Version } from "./suites.ts";

/**
 * Whether a version meets a requirement such as `>=3.9,<4`, `~=3.11`, `3.12` or Poetry's `^3.9 || 3.8`. What cannot be
 * read asks for nothing: pip will say it better.
 */
export function meets(requirement: string, version: Version): boolean {
  return requirement.split(/\|\|?/).some((part) => part.split(",").every((clause) => meetsClause(clause, version)));
}

type Comparison = (version: Version, wanted: Version, given: number) => boolean;

/** `given`: how many components the requirement names. */
const comparisons: Readonly<Record<string, Comparison>> = {
  ">=": (version, wanted) => compareVersions(version, wanted) >= 0,
  ">": (version, wanted) => compareVersions(version, wanted) > 0,
  "<=": (version, wanted) => compareVersions(version, wanted) <= 0,
  "<": (version, wanted) => compareVersions(version, wanted) < 0,
  "!=": (version, wanted, given) => !isWithin(version, wanted, given),
  "~=": (version, wanted, given) => compareVersions(version, wanted) >= 0 && isWithin(version, wanted, given - 1),
  "~": (version, wanted, given) =>
    compareVersions(version, wanted) >= 0 && isWithin(version, wanted, Math.min(given, 2)),
  "^": (version, wanted) => compareVersions(version, wanted) >= 0 && isWithin(version, wanted, 1),
};

function meetsClause(clause: string, version: Version): boolean {
  const [, operator = "", text = ""] = /^\s*(>=|<=|!=|~=|===?|[<>~^])?\s*v?(\d+(?:\.(?:\d+|\*))*)/.exec(clause) ?? [];
  if (text === "") return true;
  const numbers = text
    .split(".")
    .filter((component) => component !== "*")
    .map(Number);
  const [major = 0, minor = 0, patch = 0] = numbers;
  const compare = comparisons[operator] ?? isWithin;
  return compare(version, [major, minor, patch], numbers.length);
}

/** Equal in the first `given` components. */
function isWithin(version: Version, wanted: Version, given: number): boolean {
  return version.every((component, index) => index >= given || component === wanted[index]);
}
