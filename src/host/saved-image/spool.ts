import { createHash, randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Sha256 } from "../../digest.ts";

/** Bytes in a file of their own. */
export interface FileBlob {
  readonly path: string;
  readonly size: number;
  /** `sha256:…` over them. */
  readonly digest: string;
}

/** Where the content of a file lies. */
export interface ContentPlace {
  readonly path: string;
  readonly offset: number;
}

/** Where the layers of an image are put as they pass by, uncompressed, so that they can be written again. */
export interface Spool {
  readonly folder: string;
  /** Contents of files by their sha256; filled while they pass. */
  readonly contents: Map<Sha256, ContentPlace>;
}

/** Path of a file that is not there yet. */
export function newFile({ folder }: Spool): string {
  return join(folder, randomUUID());
}

/** Write bytes to a new file while they pass; `end` tells of it after the last one. */
export async function* passThrough(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  end: (blob: FileBlob) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  await using file = await open(path, "wx");
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    await file.writeFile(chunk);
    size += chunk.length;
    yield chunk;
  }
  end({ path, size, digest: `sha256:${hash.digest("hex")}` });
}

/** Write bytes to a new file. */
export async function saveBlob(bytes: AsyncIterable<Uint8Array>, path: string): Promise<FileBlob> {
  let saved: FileBlob | undefined;
  const noted = (blob: FileBlob) => {
    saved = blob;
  };
  for await (const _chunk of passThrough(bytes, path, noted));
  if (saved === undefined) throw new Error(`${path} was not written to its end`);
  return saved;
}
