import { createReadStream } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { isDevenvError } from "../../errors.ts";
import type { Host } from "../host.ts";
import type { ArchiveEntry } from "./entry.ts";
import { type ArchiveFormat, detectFormat } from "./format.ts";
import { readTar } from "./read-tar.ts";

export interface ArchiveSource {
  readonly file: string;
  /** Folder for what has to be unpacked to a file first. */
  readonly folder: string;
  readonly host: Pick<Host, "processes">;
  readonly signal?: AbortSignal | undefined;
}

/** Neither a tar, compressed or not, nor a zip. */
export class NoArchive extends Error {
  override readonly name = "NoArchive";
}

interface Decompressor {
  readonly program: string;
  readonly ending: string;
}

/** What Node cannot decompress itself: the host's programs and the endings they go by. */
const decompressors: Readonly<Partial<Record<ArchiveFormat, Decompressor>>> = {
  xz: { program: "xz", ending: "xz" },
  bzip2: { program: "bzip2", ending: "bz2" },
};

/** Entries of an archive in its own order; throws NoArchive, PROGRAM_MISSING, and plain errors for damage. */
export async function openArchive(source: ArchiveSource): Promise<AsyncGenerator<ArchiveEntry>> {
  const format = await detectFormat(source.file);
  if (format === undefined) throw new NoArchive("it is neither a tar (plain, gzip, xz, bzip2, zstd) nor a zip");
  if (format === "zip") return (await import("./read-zip.ts")).readZip(source.file);
  return readTar(await openTar(source, format), source.signal);
}

async function openTar(source: ArchiveSource, format: ArchiveFormat): Promise<Readable> {
  const decompressor = decompressors[format];
  if (decompressor !== undefined) return createReadStream(await decompress(source, decompressor));
  const file = createReadStream(source.file);
  if (format === "tar") return file;
  return chain(file, format === "gzip" ? createGunzip() : createZstdDecompress());
}

/** A stream's failure becomes that of what reads from it. */
function chain(source: Readable, decoder: NodeJS.ReadWriteStream & Readable): Readable {
  source.once("error", (error) => decoder.destroy(error));
  decoder.once("close", () => source.destroy());
  return source.pipe(decoder);
}

/** Both programs name the result after the file and refuse a link, unless they are told to. */
async function decompress(source: ArchiveSource, { program, ending }: Decompressor): Promise<string> {
  const { file, folder, host, signal } = source;
  const tar = join(folder, "archive.tar");
  const compressed = `${tar}.${ending}`;
  await symlink(file, compressed);
  try {
    await host.processes.run(program, ["--decompress", "--keep", "--force", compressed], { signal });
  } catch (error) {
    if (!isDevenvError(error, "PROGRAM_FAILED")) throw error;
    throw new Error("it is damaged or cut short", { cause: error });
  }
  return tar;
}
