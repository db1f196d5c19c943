/** What differs between two locks, as people read it. */
import type { BasePin, Lockfile, PackageSet } from "./lockfile.ts";

export interface LockChange {
  readonly kind: "base" | "package" | "archive" | "image";
  readonly name: string;
  /** Undefined for an archive, which is the same for all. */
  readonly platform?: string | undefined;
  /** Undefined: it was not locked. */
  readonly from?: string | undefined;
  /** Undefined: it is not locked any more. */
  readonly to?: string | undefined;
}

interface Pinned extends Omit<LockChange, "from" | "to"> {
  readonly value: string;
}

/** Sorted by kind and name; a package that several layers install counts once for each of its versions. */
export function lockChanges(before: Lockfile, after: Lockfile): readonly LockChange[] {
  const old = pinnedIn(before);
  const now = pinnedIn(after);
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys.flatMap((key): LockChange[] => {
    const one = old.get(key);
    const other = now.get(key);
    if (one?.value === other?.value) return [];
    const { value: _value, ...rest } = (other ?? one) as Pinned;
    return [{ ...rest, from: one?.value, to: other?.value }];
  });
}

function pinnedIn(lockfile: Lockfile): ReadonlyMap<string, Pinned> {
  const all = [...basesIn(lockfile), ...packagesIn(lockfile), ...archivesIn(lockfile), ...imagesIn(lockfile)];
  const pinned = new Map<string, Pinned>();
  for (const one of all) {
    const key = [kinds.indexOf(one.kind), one.name, one.platform].join("\0");
    const known = pinned.get(key);
    const values = new Set([...(known?.value.split(", ") ?? []), one.value]);
    pinned.set(key, { ...one, value: [...values].sort().join(", ") });
  }
  return pinned;
}

const kinds = ["base", "package", "archive", "image"];

function basesIn({ bases }: Lockfile): readonly Pinned[] {
  return Object.entries(bases).flatMap(([name, { platforms }]) =>
    Object.entries(platforms).flatMap(([platform, pin]): Pinned[] => [
      { kind: "base", name, platform, value: printBase(pin) },
      ...("packages" in pin ? packagesOf(pin.packages, platform) : []),
    ]),
  );
}

function printBase(pin: BasePin): string {
  if ("manifest" in pin) return pin.manifest.slice(0, "sha256:".length + 12);
  if ("layers" in pin) return `local ${pin.layers.slice(0, 12)}`;
  return `${Object.keys(pin.packages).length} packages`;
}

function packagesIn({ packages }: Lockfile): readonly Pinned[] {
  return Object.values(packages).flatMap((platforms) =>
    Object.entries(platforms).flatMap(([platform, chains]) =>
      Object.values(chains).flatMap((set) => packagesOf(set, platform)),
    ),
  );
}

function packagesOf(set: PackageSet, platform: string): readonly Pinned[] {
  return Object.entries(set).map(([name, { version }]) => ({ kind: "package", name, platform, value: version }));
}

function archivesIn({ archives }: Lockfile): readonly Pinned[] {
  return Object.entries(archives).map(([name, { sha256 }]) => ({ kind: "archive", name, value: sha256.slice(0, 12) }));
}

function imagesIn({ environments }: Lockfile): readonly Pinned[] {
  return Object.entries(environments).flatMap(([name, { images }]) =>
    Object.entries(images).map(
      ([platform, { content }]): Pinned => ({ kind: "image", name, platform, value: content.slice(0, 12) }),
    ),
  );
}
