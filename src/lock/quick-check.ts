/**
 * The package sets of a lock, told good without the schema: a lock has hundreds of pins, every command reads it,
 * and the schema takes ten times as long. What is not told good here is left to the schema, which says what is wrong.
 */
import type { PackageSet } from "./lockfile.ts";

/** Of the texts in a pin. */
export const packagePatterns = {
  sha256: /^[0-9a-f]{64}$/,
  /** Below an address, never above it. */
  path: /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]+$/,
  /** What distributions allow in names and architectures. */
  name: /^[a-z0-9A-Z][\w.+-]*$/,
  version: /^[\w.+:~-]+$/,
  archive: /^[a-z0-9][a-z0-9-]*$/,
} as const;

/** The same without its good package sets, for the schema: in place of each stands an empty one. */
export function withoutGoodSets(lock: unknown): unknown {
  const bases = replaceMembers(member(lock, "bases"), (base) =>
    replace(base, "platforms", (platforms) =>
      replaceMembers(platforms, (pin) => replace(pin, "packages", emptyIfGood)),
    ),
  );
  const packages = replaceMembers(member(lock, "packages"), (platforms) =>
    replaceMembers(platforms, (chains) => replaceMembers(chains, emptyIfGood)),
  );
  return replace(
    replace(lock, "bases", () => bases),
    "packages",
    () => packages,
  );
}

function emptyIfGood(value: unknown): unknown {
  return isPackageSet(value) ? {} : value;
}

/** As the schema has it; a set that is good can yet be told otherwise, never one that is not. */
function isPackageSet(value: unknown): value is PackageSet {
  if (!isRecord(value)) return false;
  for (const name of Object.keys(value)) if (!isText(name, packagePatterns.name) || !isPin(value[name])) return false;
  return true;
}

function isPin(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { version, architecture, archive, suite, component, path, sha256, size, ...others } = value;
  return (
    isText(version, packagePatterns.version) &&
    isText(architecture, packagePatterns.name) &&
    isText(archive, packagePatterns.archive) &&
    (suite === undefined || isText(suite, anyText)) &&
    (component === undefined || isText(component, anyText)) &&
    isText(path, packagePatterns.path) &&
    isText(sha256, packagePatterns.sha256) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    Object.keys(others).length === 0
  );
}

const anyText = /./s;

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function replace(value: unknown, name: string, change: (one: unknown) => unknown): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? { ...value, [name]: change(value[name]) } : value;
}

function replaceMembers(value: unknown, change: (one: unknown) => unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one)]));
}
