import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import { moveIntoPlace } from "../atomic-write.ts";
import { withTemporaryFolder } from "../cache.ts";
import { hashFile } from "../hash-file.ts";
import type { Host } from "../host.ts";
import type { downloadHttp } from "../http-download.ts";
import { mapLimited } from "../map-limited.ts";
import { redactUrl } from "../redact-url.ts";
import { currentVersion } from "./current-version.ts";
import { readKnownArchives } from "./known-archives.ts";
import {
  archiveAddresses,
  fileAddress,
  type LockedPackage,
  oldVersionAddress,
  type PackageSources,
  snapshotFile,
  snapshotQuery,
} from "./package-places.ts";

export interface PackageRequest {
  readonly name: string;
  readonly pin: LockedPackage;
  readonly cacheDir: string;
  readonly sources: PackageSources;
  readonly host: Pick<Host, "env" | "arch" | "processes">;
  /** PEM text of CA certificates to trust beside Node's. */
  readonly certificates?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of this package so far. */
  readonly onProgress?: ((progress: { readonly current: number; readonly total: number }) => void) | undefined;
}

export interface CachedPackage {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
}

/** What the cache holds of a pin; never uses the network. */
export async function lookupPackage({ cacheDir, pin }: Pick<PackageRequest, "cacheDir" | "pin">) {
  const file = contentPath(cacheDir, pin.sha256);
  const size = await stat(file).then(
    (stats) => stats.size,
    () => undefined,
  );
  return size === pin.size ? { file, size } : undefined;
}

/** Take out of the cache what is no longer what a pin says: it is fetched again. */
export async function dropDamaged(cacheDir: string, pins: readonly LockedPackage[]): Promise<void> {
  await mapLimited(pins, hashedAtOnce, async (pin) => {
    const known = await lookupPackage({ cacheDir, pin });
    if (known === undefined) return;
    const isWhole = (await hashFile(known.file).catch(() => undefined))?.sha256 === pin.sha256;
    if (!isWhole) await rm(known.file, { recursive: true, force: true });
  });
}

const hashedAtOnce = 4;

/**
 * The file of a locked package: from the cache, else from where its archive is or was, checked and kept there.
 * Other bytes are never taken. Throws PACKAGE_REFUSED, PACKAGE_GONE, DOWNLOAD_FAILED when no network was had, CACHE_UNUSABLE.
 */
export async function fetchPackage(request: PackageRequest): Promise<CachedPackage> {
  const present = await lookupPackage(request);
  if (present !== undefined) return present;
  const known = (await readKnownArchives(request.cacheDir))[request.pin.archive] ?? [];
  const addresses = archiveAddresses(request.pin, request.sources, known);
  return withTemporaryFolder(request.cacheDir, async (folder) => {
    const failures: DevenvError[] = [];
    for await (const place of places(request, addresses, folder)) {
      // other places are a fallback, which a network without them should not have to wait for
      const attempts = failures.length === 0 ? undefined : 2;
      const outcome = isDevenvError(place) ? place : await receive(request, place, { folder, attempts });
      if (!isDevenvError(outcome)) return outcome;
      failures.push(outcome);
    }
    throw await explain(request, { addresses, failures, folder });
  });
}

/** Addresses of the file, one at a time: a service is asked only when all before had nothing. */
async function* places(
  request: PackageRequest,
  addresses: readonly string[],
  folder: string,
): AsyncGenerator<string | DevenvError> {
  const { name, pin, sources } = request;
  for (const address of addresses) yield fileAddress(address, pin.path);
  const old = oldVersionAddress(pin, sources);
  if (old !== undefined) yield old;
  const query = sources.snapshot === undefined ? snapshotQuery(name, pin) : undefined;
  if (query !== undefined) yield await askSnapshot(request, query, folder);
}

async function askSnapshot(request: PackageRequest, query: string, folder: string): Promise<string | DevenvError> {
  const file = join(folder, "binfiles");
  const answer = await attempt(request, { url: query, file, attempts: 2 });
  if (isDevenvError(answer)) return answer;
  const reason = "it has no such file";
  const none = () => devenvError("DOWNLOAD_FAILED", { url: query, reason, trouble: "refused" });
  return snapshotFile(await readFile(file, "utf8"), request.pin.architecture) ?? none();
}

interface ReceiveOptions {
  readonly folder: string;
  readonly attempts: number | undefined;
}

async function receive(
  request: PackageRequest,
  url: string,
  { folder, attempts }: ReceiveOptions,
): Promise<CachedPackage | DevenvError> {
  const { name, pin, cacheDir } = request;
  const file = join(folder, "package");
  const received = await attempt(request, { url, file, attempts });
  if (isDevenvError(received)) return received;
  if (received.sha256 !== pin.sha256) {
    const details = { name, version: pin.version, expected: pin.sha256, received: received.sha256 };
    return devenvError("PACKAGE_REFUSED", { ...details, url: redactUrl(url) });
  }
  const target = contentPath(cacheDir, pin.sha256);
  await moveIntoPlace(file, target);
  return { file: target, size: received.size };
}

type Received = Awaited<ReturnType<typeof downloadHttp>>;

interface Attempt {
  readonly url: string;
  readonly file: string;
  readonly attempts?: number | undefined;
}

async function attempt(
  { host, certificates, signal, onProgress, pin }: PackageRequest,
  wanted: Attempt,
): Promise<Received | DevenvError> {
  const http = await import("../http-download.ts");
  try {
    return await http.downloadHttp({
      ...wanted,
      host,
      certificates,
      signal,
      sha256: pin.sha256,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } catch (error) {
    if (isDevenvError(error, "DOWNLOAD_FAILED")) return error;
    throw error;
  }
}

interface Failed {
  readonly addresses: readonly string[];
  readonly failures: readonly DevenvError[];
  readonly folder: string;
}

/** Wrong bytes weigh more than none; an archive that no one could ask is not one that has nothing. */
async function explain(request: PackageRequest, { addresses, failures, folder }: Failed): Promise<DevenvError> {
  const refused = failures.find((error) => isDevenvError(error, "PACKAGE_REFUSED"));
  if (refused !== undefined) return refused;
  const details = failures.map((error) => error.details as { url: string; reason: string; trouble: string });
  if (addresses.length === 0) {
    const { name, pin } = request;
    return devenvError("PACKAGE_ARCHIVE_UNKNOWN", { name, version: pin.version, archive: pin.archive });
  }
  const [first] = failures;
  if (first !== undefined && details.every(({ trouble }) => trouble !== "refused")) return first;
  const { name, pin } = request;
  const download = async (url: string, file: string) => {
    return !isDevenvError(await attempt({ ...request, onProgress: undefined }, { url, file, attempts: 1 }));
  };
  return devenvError("PACKAGE_GONE", {
    name,
    version: pin.version,
    archive: pin.archive,
    current: await currentVersion({ name, pin, host: request.host, addresses, folder, download }),
    places: details.map(({ url, reason }) => ({ url, reason })),
  });
}

function contentPath(cacheDir: string, sha256: string): string {
  return join(cacheDir, "packages", sha256);
}
