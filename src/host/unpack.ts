import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, digestOf, type Sha256 } from "../digest.ts";
import { type DevenvError, devenvError, isDevenvError } from "../errors.ts";
import { UnsafeEntry } from "./archive/entry.ts";
import { moveIntoPlace, writeFileAtomic } from "./atomic-write.ts";
import { isStorageTrouble, withTemporaryFolder } from "./cache.ts";
import type { CachedArchive } from "./download.ts";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";
import { redactUrl } from "./redact-url.ts";

export interface UnpackRequest {
  /** The archive. */
  readonly file: string;
  /** Its sha256. */
  readonly sha256: Sha256;
  /** Leading path components to drop from each entry; an entry with no more than these is left out. */
  readonly strip: number;
  readonly cacheDir: string;
  /** `xz` and `bzip2` are programs of the host. */
  readonly host: Pick<Host, "processes">;
  /** Where the archive came from, for messages. */
  readonly url: string;
  /** Place in the config of what asks for it, for messages. */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** To be raised when the tar of an archive comes out differently. */
const formatVersion = 1;

/**
 * An archive as one uncompressed tar that depends on its content only: sorted, parent folders present, owner
 * root, one time, modes 0644 or 0755; set-uid bits and extended attributes are dropped. Kept in the cache.
 * Throws ARCHIVE_UNREADABLE, ARCHIVE_UNSAFE, UNPACKER_MISSING, CACHE_UNUSABLE.
 */
export async function canonicalTar(request: UnpackRequest): Promise<CachedArchive> {
  const { cacheDir } = request;
  const known = await lookupTar(request);
  if (known !== undefined) return known;
  const file = tarPath(request);
  return withTemporaryFolder(cacheDir, async (folder) => {
    const temporary = join(folder, "canonical.tar");
    const written = await convert(request, folder, temporary).catch((error: unknown) => {
      throw translate(request, error);
    });
    await moveIntoPlace(temporary, file);
    await writeFileAtomic(recordPath(file), `${canonicalJson(written)}\n`);
    return { file, ...written };
  });
}

type TarKey = Pick<UnpackRequest, "cacheDir" | "sha256" | "strip">;

/** One that was made before. Whoever reads it compares it with its digest. */
export function lookupTar(key: TarKey): Promise<CachedArchive | undefined> {
  return readRecord(tarPath(key));
}

function tarPath({ cacheDir, sha256, strip }: TarKey): string {
  return join(cacheDir, "archives", `${digestOf({ formatVersion, sha256, strip })}.tar`);
}

type TarRecord = Pick<CachedArchive, "sha256" | "size">;

/** What reads and writes archives is loaded when there is one to unpack. */
async function convert(request: UnpackRequest, folder: string, target: string): Promise<TarRecord> {
  const [{ openArchive }, { spoolEntries }, { arrangeTree }, { writeTar }] = await Promise.all([
    import("./archive/open-archive.ts"),
    import("./archive/spool.ts"),
    import("./archive/tree.ts"),
    import("./archive/write-tar.ts"),
  ]);
  const { signal } = request;
  const spool = join(folder, "contents");
  const entries = await spoolEntries(await openArchive({ ...request, folder }), spool);
  return writeTar({ tree: arrangeTree(entries, request.strip), spool, file: target, signal });
}

/** A tar in the cache with the record of its digest; one of another size was cut short and does not count. */
async function readRecord(file: string): Promise<CachedArchive | undefined> {
  try {
    const { sha256, size }: TarRecord = JSON.parse(await readFile(recordPath(file), "utf8"));
    return (await stat(file)).size === size && typeof sha256 === "string" ? { file, sha256, size } : undefined;
  } catch {
    // Absent or damaged alike: it is made again.
    return undefined;
  }
}

function recordPath(file: string): string {
  return file.replace(/\.tar$/, ".json");
}

function translate({ url, key, signal }: UnpackRequest, error: unknown): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (isStorageTrouble(error)) return error;
  const archive = { key, url: redactUrl(url) };
  if (isDevenvError(error, "PROGRAM_MISSING")) return missing(archive, error);
  if (isDevenvError(error)) return error;
  if (error instanceof UnsafeEntry) {
    return devenvError("ARCHIVE_UNSAFE", { ...archive, entry: error.entry, reason: error.message }, error);
  }
  const hint = hints[error instanceof Error ? error.name : ""];
  return devenvError("ARCHIVE_UNREADABLE", { ...archive, reason: reasonOf(error), hint }, error);
}

function missing(archive: { readonly key: string | undefined; readonly url: string }, error: DevenvError): DevenvError {
  const { program } = error.details as { program: string };
  return devenvError("UNPACKER_MISSING", { ...archive, program }, error);
}

const hints: Readonly<Record<string, string>> = {
  NoArchive: "a single file is fetched by a `run` layer, or put into the project and brought in by a `copy` layer",
  NothingLeft: "give a smaller `strip`",
};
