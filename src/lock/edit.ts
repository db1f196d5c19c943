/** A lock with something else in it. */
import { joinRequests } from "./check.ts";
import type {
  ArchivePin,
  BaseLock,
  EnvironmentLock,
  ImageLock,
  Lockfile,
  PackageSet,
  PackagesLock,
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

/** Note what the fields of an environment are locked as. */
export function addRequests(
  lockfile: Lockfile,
  environment: string,
  requests: readonly Pick<PinRequest, "place" | "text">[],
): Lockfile {
  const texts = new Map<string, readonly string[]>();
  for (const { place, text } of requests) texts.set(place, [...(texts.get(place) ?? []), text]);
  const { images = {} } = lockfile.environments[environment] ?? {};
  const printed = Object.fromEntries([...texts].map(([place, some]) => [place, joinRequests(some)]));
  return withEnvironment(lockfile, environment, { requests: printed, images });
}

export interface BuiltImage {
  readonly environment: string;
  readonly platform: string;
  readonly image: ImageLock;
}

export function addImage(lockfile: Lockfile, { environment, platform, image }: BuiltImage): Lockfile {
  const { requests = {}, images = {} } = lockfile.environments[environment] ?? {};
  return withEnvironment(lockfile, environment, { requests, images: { ...images, [platform]: image } });
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
