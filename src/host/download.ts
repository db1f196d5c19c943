import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, type Sha256, sha256 as sha256Of } from "../digest.ts";
import { devenvError } from "../errors.ts";
import { moveIntoPlace, writeFileAtomic } from "./atomic-write.ts";
import { withTemporaryFolder } from "./cache.ts";
import { hashFile } from "./hash-file.ts";
import type { Host } from "./host.ts";
import { redactUrl } from "./redact-url.ts";

export interface ArchiveQuery {
  readonly cacheDir: string;
  /** `http(s):` address or `npm:NAME@VERSION`. */
  readonly url: string;
  /** Hex; undefined: whatever was received the first time. */
  readonly sha256?: Sha256 | undefined;
}

export interface ArchiveRequest extends ArchiveQuery {
  /** Proxy variables, and `npm` for packages. */
  readonly host: Pick<Host, "env" | "processes">;
  /** PEM text of CA certificates to trust beside Node's. */
  readonly certificates?: string | undefined;
  /** Folder whose `.npmrc` counts: the project. */
  readonly cwd?: string | undefined;
  /** Place in the config of what asks for it, for messages. */
  readonly key?: string | undefined;
  /** Ask the address again, whatever it gave before. */
  readonly refresh?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: DownloadProgress): void;
}

/** Bytes; `total` is 0 when the server does not say. */
export interface DownloadProgress {
  readonly current: number;
  readonly total: number;
}

/** A download in the cache, its content checked against its sha256 when it came in; `isIntact` tells whether it still is. */
export interface CachedArchive {
  readonly file: string;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

/** What the cache holds for an address; never uses the network. */
export async function lookupArchive(query: ArchiveQuery): Promise<CachedArchive | undefined> {
  const known = await readIndex(query);
  const sha256 = query.sha256?.toLowerCase() ?? known?.sha256;
  if (sha256 === undefined) return undefined;
  const file = contentPath(query.cacheDir, sha256);
  const size = await stat(file).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (known?.sha256 === sha256 && known.size === size) return { file, sha256, size };
  if (known?.sha256 !== sha256 && (await hashFile(file)).sha256 === sha256) {
    await writeIndex(query, { sha256, size });
    return { file, sha256, size };
  }
  await rm(file, { force: true });
  return undefined;
}

/** Whether a download is still what was received; one that is not is taken out of the cache. Call it before it is unpacked. */
export async function isIntact({ file, sha256 }: CachedArchive): Promise<boolean> {
  if ((await hashFile(file).catch(() => undefined))?.sha256 === sha256) return true;
  await rm(file, { recursive: true, force: true });
  return false;
}

/** What `lookupArchive` looks at for an address without a checksum. */
export async function archivePaths(query: Pick<ArchiveQuery, "cacheDir" | "url">): Promise<readonly string[]> {
  const known = await readIndex(query);
  return [indexPath(query), ...(known === undefined ? [] : [contentPath(query.cacheDir, known.sha256)])];
}

/**
 * The download at an address: from the cache, else received, checked and kept there. An address without
 * a checksum is asked once only. Throws DOWNLOAD_FAILED, CHECKSUM_MISMATCH, CACHE_UNUSABLE.
 */
export async function fetchArchive(request: ArchiveRequest): Promise<CachedArchive> {
  const known = request.refresh ? undefined : await lookupArchive(request);
  if (known !== undefined) return known;
  return withTemporaryFolder(request.cacheDir, async (folder) => {
    const received = await receive(request, folder);
    const expected = request.sha256?.toLowerCase() ?? received.sha256;
    if (received.sha256 !== expected) {
      const url = redactUrl(request.url);
      throw devenvError("CHECKSUM_MISMATCH", { key: request.key, url, expected, actual: received.sha256 });
    }
    const file = contentPath(request.cacheDir, received.sha256);
    await moveIntoPlace(received.file, file);
    await writeIndex(request, received);
    return { ...received, file };
  });
}

/** The kinds of transfer are loaded when needed: a lookup stays cheap. */
async function receive(request: ArchiveRequest, folder: string): Promise<CachedArchive> {
  const { url } = request;
  if (url.startsWith("npm:")) {
    const { packNpmPackage } = await import("./npm-package.ts");
    const file = await packNpmPackage({ ...request, folder });
    return { file, ...(await hashFile(file)) };
  }
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) {
    const { downloadHttp } = await import("./http-download.ts");
    const file = join(folder, "download");
    return { file, ...(await downloadHttp({ ...request, file })) };
  }
  const details = { key: request.key, url: redactUrl(url), reason: "this kind of address is not supported" };
  throw devenvError("DOWNLOAD_FAILED", { ...details, trouble: "address" });
}

type IndexEntry = Pick<CachedArchive, "sha256" | "size">;

async function readIndex(query: ArchiveQuery): Promise<IndexEntry | undefined> {
  try {
    const entry: Partial<IndexEntry> | null = JSON.parse(await readFile(indexPath(query), "utf8"));
    const { sha256, size } = entry ?? {};
    return typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && typeof size === "number"
      ? { sha256, size }
      : undefined;
  } catch {
    // Absent or damaged alike: the network will tell.
    return undefined;
  }
}

async function writeIndex(query: ArchiveQuery, { sha256, size }: IndexEntry): Promise<void> {
  await writeFileAtomic(indexPath(query), `${canonicalJson({ url: redactUrl(query.url), sha256, size })}\n`);
}

function indexPath({ cacheDir, url }: ArchiveQuery): string {
  return join(cacheDir, "downloads", "index", `${sha256Of(url)}.json`);
}

function contentPath(cacheDir: string, sha256: Sha256): string {
  return join(cacheDir, "downloads", "sha256", sha256);
}
