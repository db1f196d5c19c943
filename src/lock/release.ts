/** Which pins `devenv lock --update` lets go. */
import { parseImageReference, printImageReference } from "../spec/image-reference.ts";
import type { BaseLock, Lockfile, PackageSet } from "./lockfile.ts";

export interface Release {
  /** Without the pins that may move. */
  readonly lockfile: Lockfile;
  /** Packages that may move; undefined: all. */
  readonly packages: readonly string[] | undefined;
  /** Names that the lock does not have. */
  readonly unknown: readonly string[];
}

/** Let all pins of a platform go, of archives those that are asked for on it. */
export function releaseAll(lockfile: Lockfile, platform: string, archiveKeys: readonly string[]): Release {
  const packages = mapSets(lockfile, platform, () => false);
  const bases = Object.fromEntries(
    Object.entries(lockfile.bases).map(([key, { platforms }]) => {
      const { [platform]: _moved, ...others } = platforms;
      return [key, { platforms: others }];
    }),
  );
  const archives = without(lockfile.archives, archiveKeys);
  return { lockfile: { ...lockfile, archives, bases, packages }, packages: undefined, unknown: [] };
}

/**
 * Let those go that are called so: a package, an image reference, `bootstrap(bookworm)` or `bookworm`, an address,
 * the npm package of one. What stands on a base made of packages has to be found to fit it again.
 */
export function releaseNamed(lockfile: Lockfile, names: readonly string[], platform: string): Release {
  const archives = Object.keys(lockfile.archives).filter((key) => names.some((name) => isArchive(key, name)));
  const bases = Object.keys(lockfile.bases).filter((key) =>
    names.some((name) => isBase(lockfile, key, { name, platform })),
  );
  const inLayers = names.filter((name) => hasPackage(lockfile, name, platform));
  const unknown = names.filter(
    (name) =>
      !(inLayers.includes(name) || archives.some((key) => isArchive(key, name))) &&
      !bases.some((key) => isBase(lockfile, key, { name, platform })),
  );
  return {
    lockfile: {
      ...lockfile,
      archives: without(lockfile.archives, archives),
      bases: withoutBases(lockfile, bases, platform),
      packages: mapSets(lockfile, platform, ({ chain, set, baseKey }) => {
        const isOnMoved = bases.includes(baseKey) && isMadeOfPackages(lockfile, baseKey, platform);
        return !isOnMoved && !inLayers.some((name) => isOf(chain, set, name));
      }),
    },
    packages: inLayers,
    unknown,
  };
}

/** Everything that `releaseNamed` understands. */
export function releasableNames(lockfile: Lockfile): readonly string[] {
  const sets = Object.values(lockfile.packages).flatMap((platforms) =>
    Object.values(platforms).flatMap((chains) => Object.values(chains)),
  );
  const ofBases = Object.values(lockfile.bases).flatMap(({ platforms }) =>
    Object.values(platforms).flatMap((pin) => ("packages" in pin ? [pin.packages] : [])),
  );
  const packages = [...sets, ...ofBases].flatMap((set) => Object.keys(set));
  return [...new Set([...packages, ...Object.keys(lockfile.bases), ...Object.keys(lockfile.archives)])];
}

function isArchive(key: string, name: string): boolean {
  return key === name || (key.startsWith("npm:") && key.slice(4, key.lastIndexOf("@")) === name);
}

interface Named {
  readonly name: string;
  readonly platform: string;
}

function isBase(lockfile: Lockfile, key: string, { name, platform }: Named): boolean {
  const reference = parseImageReference(name);
  if (key === name || (reference !== undefined && key === printImageReference(reference))) return true;
  if (key.startsWith(`bootstrap(${name},`) || key === `bootstrap(${name})`) return true;
  const pin = lockfile.bases[key]?.platforms[platform];
  return pin !== undefined && "packages" in pin && name in pin.packages && !hasPackage(lockfile, name, platform);
}

/** In a set, or asked for where a set lacks it. */
function hasPackage({ packages }: Lockfile, name: string, platform: string): boolean {
  return Object.values(packages).some((platforms) =>
    Object.entries(platforms[platform] ?? {}).some(([chain, set]) => isOf(chain, set, name)),
  );
}

function isOf(chain: string, set: PackageSet, name: string): boolean {
  return Object.hasOwn(set, name) || requestedNames(chain).includes(name);
}

/** What the last layer of a chain asks for: `apt(a) > apt(b=2, c)`. */
function requestedNames(chain: string): readonly string[] {
  const [, list = ""] = /\(([^()]*)\)$/.exec(chain) ?? [];
  return list.split(", ").map((name) => name.replace(/[=/:].*$/, ""));
}

/** One of a registry goes for all its platforms, one made of packages for this one. */
function withoutBases(lockfile: Lockfile, keys: readonly string[], platform: string): Lockfile["bases"] {
  const left = Object.entries(lockfile.bases).flatMap(([key, base]): [string, BaseLock][] => {
    if (!keys.includes(key)) return [[key, base]];
    const { [platform]: pin, ...platforms } = base.platforms;
    return pin === undefined || "packages" in pin ? [[key, { platforms }]] : [];
  });
  return Object.fromEntries(left);
}

function isMadeOfPackages({ bases }: Lockfile, key: string, platform: string): boolean {
  const pin = bases[key]?.platforms[platform];
  return pin !== undefined && "packages" in pin;
}

function mapSets(
  { packages }: Lockfile,
  platform: string,
  isKept: (one: { readonly chain: string; readonly set: PackageSet; readonly baseKey: string }) => boolean,
): Lockfile["packages"] {
  return Object.fromEntries(
    Object.entries(packages).map(([key, platforms]) => {
      const kept = Object.entries(platforms[platform] ?? {}).filter(([chain, set]) =>
        isKept({ chain, set, baseKey: key }),
      );
      return [key, { ...platforms, [platform]: Object.fromEntries(kept) }];
    }),
  );
}

function without<Value>(table: Readonly<Record<string, Value>>, keys: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !keys.includes(key)));
}
