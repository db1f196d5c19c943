/** A lock with something else in it. */
import { filesEnd, placeOfFiles } from "./differences.ts";
import {
  type ArchivePin,
  type BaseLock,
  type EnvironmentLock,
  type ImageLock,
  type Lockfile,
  lockedEnvironment,
  type PackageSet,
  type PackagesLock,
} from "./lockfile.ts";
import type { ArchiveRequest, BaseRequest, PackagesRequest, PinRequest } from "./requests.ts";

/** What a request was resolved to. */
export type Resolved =
  | { readonly request: BaseRequest; readonly base: BaseLock }
  | { readonly request: PackagesRequest; readonly packages: PackageSet }
  | { readonly request: ArchiveRequest; readonly archive: ArchivePin };

/** The pins of other platforms stay. */
export function addPin(lockfile: Lockfile, resolved: Resolved, platform: string): Lockfile {
  if ("base" in resolved) return addBase(lockfile, resolved.request, resolved.base);
  if ("packages" in resolved) return addPackages(lockfile, resolved, platform);
  const { request, archive } = resolved;
  return { ...lockfile, archives: { ...lockfile.archives, [request.archiveKey]: archive } };
}

function addBase(lockfile: Lockfile, { baseKey }: BaseRequest, base: BaseLock): Lockfile {
  const platforms = { ...lockfile.bases[baseKey]?.platforms, ...base.platforms };
  return { ...lockfile, bases: { ...lockfile.bases, [baseKey]: { ...base, platforms } } };
}

interface ResolvedPackages {
  readonly request: PackagesRequest;
  readonly packages: PackageSet;
}

function addPackages(lockfile: Lockfile, { request, packages }: ResolvedPackages, platform: string): Lockfile {
  const { baseKey, chain } = request;
  const ofBase: PackagesLock = lockfile.packages[baseKey] ?? {};
  const chains = { ...ofBase[platform], [chain]: packages };
  return { ...lockfile, packages: { ...lockfile.packages, [baseKey]: { ...ofBase, [platform]: chains } } };
}

/** Note what the places of an environment say; of files that it copies what was noted with its image stays. */
export function noteTexts(lockfile: Lockfile, environment: string, texts: Readonly<Record<string, string>>): Lockfile {
  const { requests = {}, images = {} } = lockedEnvironment(lockfile, environment) ?? {};
  const files = Object.entries(requests).filter(([place]) => place.endsWith(filesEnd) && placeOfFiles(place) in texts);
  return withEnvironment(lockfile, environment, { requests: { ...texts, ...Object.fromEntries(files) }, images });
}

export interface BuiltImage {
  readonly environment: string;
  readonly platform: string;
  readonly image: ImageLock;
  /** What stands for the content of the files that each place copies. */
  readonly files: Readonly<Record<string, string>>;
}

export function addImage(lockfile: Lockfile, { environment, platform, image, files }: BuiltImage): Lockfile {
  const { requests = {}, images = {} } = lockedEnvironment(lockfile, environment) ?? {};
  const texts = Object.entries(requests).filter(([place]) => !place.endsWith(filesEnd));
  const noted = Object.entries(files).map(([place, text]) => [`${place}${filesEnd}`, text]);
  return withEnvironment(lockfile, environment, {
    requests: Object.fromEntries([...texts, ...noted]),
    images: { ...images, [platform]: image },
  });
}

function withEnvironment(lockfile: Lockfile, name: string, environment: EnvironmentLock): Lockfile {
  return { ...lockfile, environments: { ...lockfile.environments, [name]: environment } };
}

/** Without what no environment of the config asks for any more, on any platform. */
export function removeUnused(
  lockfile: Lockfile,
  requests: ReadonlyMap<string, readonly PinRequest[]>,
  otherArchives: ReadonlySet<string>,
): Lockfile {
  const all = [...requests.values()].flat();
  const archives = new Set([
    ...otherArchives,
    ...all.flatMap((one) => (one.kind === "archive" ? [one.archiveKey] : [])),
  ]);
  const bases = new Set(all.flatMap((one) => (one.kind === "base" ? [one.baseKey] : [])));
  const chains = new Set(all.flatMap((one) => (one.kind === "packages" ? [`${one.baseKey}\0${one.chain}`] : [])));
  return {
    archives: pick(lockfile.archives, (key) => archives.has(key)),
    bases: pick(lockfile.bases, (key) => bases.has(key)),
    packages: mapValues(lockfile.packages, (platforms, baseKey) =>
      mapValues(platforms, (sets) => pick(sets, (chain) => chains.has(`${baseKey}\0${chain}`))),
    ),
    environments: pick(lockfile.environments, (name) => requests.has(name)),
  };
}

type Table<Value> = Readonly<Record<string, Value>>;

function pick<Value>(table: Table<Value>, isKept: (key: string) => boolean): Table<Value> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => isKept(key)));
}

/** Tables that are empty afterwards are left out. */
function mapValues<Value extends object>(
  table: Table<Value>,
  change: (value: Value, key: string) => Value,
): Table<Value> {
  const changed = Object.entries(table).map(([key, value]): [string, Value] => [key, change(value, key)]);
  return Object.fromEntries(changed.filter(([, value]) => Object.keys(value).length > 0));
}
