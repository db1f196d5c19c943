/** A lock file that git left with the marks of a merge, and two locks made one. */
import { canonicalJson } from "../digest.ts";
import type { BaseLock, EnvironmentLock, Lockfile, PackagesLock } from "./lockfile.ts";

/** Line, from 1, of the first mark of a conflict; undefined for a text without any. */
export function conflictLine(text: string): number | undefined {
  const index = text.split("\n").findIndex((line) => line.startsWith("<<<<<<< "));
  return index < 0 ? undefined : index + 1;
}

type Part = "both" | "ours" | "before" | "theirs";

/** What begins each part, and the parts in which such a line is a mark. */
const marks: readonly { readonly mark: RegExp; readonly within: readonly Part[]; readonly begins: Part }[] = [
  { mark: /^<<<<<<< /, within: ["both"], begins: "ours" },
  { mark: /^\|{7} /, within: ["ours"], begins: "before" },
  { mark: /^={7}\r?$/, within: ["ours", "before"], begins: "theirs" },
  { mark: /^>>>>>>> /, within: ["theirs"], begins: "both" },
];

/** The text as each side has it; what the two had before, where git wrote that too, is in neither. */
export function conflictSides(text: string): readonly [ours: string, theirs: string] {
  let part: Part = "both";
  const lines = text.split("\n").flatMap((line) => {
    const found = marks.find(({ mark, within }) => within.includes(part) && mark.test(line));
    if (found === undefined) return [{ part, line }];
    part = found.begins;
    return [];
  });
  const sideOf = (side: Part) =>
    lines
      .filter((one) => one.part === "both" || one.part === side)
      .map(({ line }) => line)
      .join("\n");
  return [sideOf("ours"), sideOf("theirs")];
}

/**
 * The pins of both. Where both pin the same, the first one's counts: pins that were found to fit each other stay
 * together, so packages of the other that were chosen upon another base than the first one's are left to be pinned anew.
 */
export function mergeLockfiles(one: Lockfile, other: Lockfile): Lockfile {
  return {
    archives: { ...other.archives, ...one.archives },
    bases: mergeTables(one.bases, other.bases, mergeBases),
    packages: mergeTables(one.packages, packagesUponSameBases(one, other), mergePackages),
    environments: mergeTables(one.environments, other.environments, mergeEnvironments),
  };
}

type Table<Value> = Readonly<Record<string, Value>>;

function mergeTables<Value>(
  one: Table<Value>,
  other: Table<Value>,
  merge: (one: Value, other: Value) => Value,
): Table<Value> {
  const both = Object.entries(one).map(([key, value]): [string, Value] => {
    const second = Object.hasOwn(other, key) ? other[key] : undefined;
    return [key, second === undefined ? value : merge(value, second)];
  });
  return { ...other, ...Object.fromEntries(both) };
}

/** The manifests of two states of one tag are not mixed. */
function mergeBases(one: BaseLock, other: BaseLock): BaseLock {
  return one.index === other.index ? { ...one, platforms: { ...other.platforms, ...one.platforms } } : one;
}

/** What was chosen upon another base, or upon other packages below it, does not go with the first one's. */
function packagesUponSameBases(one: Lockfile, other: Lockfile): Lockfile["packages"] {
  const kept = Object.entries(other.packages).map(([base, platforms]): [string, PackagesLock] => {
    const sets = Object.entries(platforms)
      .filter(([platform]) => isSame(one.bases[base]?.platforms[platform], other.bases[base]?.platforms[platform]))
      .map(([platform, chains]): [string, PackagesLock[string]] => {
        const isUponSame = (chain: string) =>
          chainsBelow(chain).every((below) => isSame(one.packages[base]?.[platform]?.[below], chains[below]));
        return [platform, Object.fromEntries(Object.entries(chains).filter(([chain]) => isUponSame(chain)))];
      });
    return [base, Object.fromEntries(sets)];
  });
  return Object.fromEntries(kept);
}

/** `apt(a) > apt(b)` stands upon `apt(a)`. */
function chainsBelow(chain: string): readonly string[] {
  const parts = chain.split(" > ");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(" > "));
}

/** What the first does not have goes with it whatever it is. */
function isSame(first: unknown, second: unknown): boolean {
  return first === undefined || canonicalJson(first) === canonicalJson(second);
}

function mergePackages(one: PackagesLock, other: PackagesLock): PackagesLock {
  return mergeTables(one, other, (sets, others) => ({ ...others, ...sets }));
}

function mergeEnvironments(one: EnvironmentLock, other: EnvironmentLock): EnvironmentLock {
  return { requests: { ...other.requests, ...one.requests }, images: { ...other.images, ...one.images } };
}
