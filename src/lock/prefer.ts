import type { Lockfile, PackageSet } from "./lockfile.ts";

/** The packages that are locked on a base already: what is locked anew keeps to them. A longer chain's pin counts over a shorter one's. */
export function preferredPackages(
  lockfile: Lockfile,
  { baseKey, platform }: { readonly baseKey: string; readonly platform: string },
): PackageSet {
  const sets = Object.entries(lockfile.packages[baseKey]?.[platform] ?? {});
  const sorted = sets.sort(([one], [other]) => one.length - other.length || (one < other ? -1 : 1));
  return Object.assign({}, ...sorted.map(([, set]) => set));
}
