import { open } from "node:fs/promises";

export type ArchiveFormat = "tar" | "gzip" | "xz" | "bzip2" | "zstd" | "zip";

const magics: readonly (readonly [ArchiveFormat, string])[] = [
  ["gzip", "1f8b"],
  ["xz", "fd377a585a00"],
  ["bzip2", "425a68"],
  ["zstd", "28b52ffd"],
  ["zip", "504b0304"],
  // An empty one.
  ["zip", "504b0506"],
];
const blockSize = 512;
const checksumOffset = 148;
const checksumLength = 8;

/** Format of a file by its first bytes, never by its name; undefined when it is none of these. */
export async function detectFormat(path: string): Promise<ArchiveFormat | undefined> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(blockSize), 0, blockSize, 0);
  const start = buffer.subarray(0, bytesRead);
  const magic = magics.find(([, bytes]) => start.toString("hex", 0, bytes.length / 2) === bytes);
  return magic?.[0] ?? (isTarHeader(start) ? "tar" : undefined);
}

/** The oldest tars have no magic bytes, but every header has a sum of its bytes, its own field counted as spaces. */
function isTarHeader(block: Buffer): boolean {
  if (block.length < blockSize) return false;
  const field = block.subarray(checksumOffset, checksumOffset + checksumLength);
  const sum = block.reduce((total, byte) => total + byte, 0) - field.reduce((total, byte) => total + byte, 0);
  const expected = Number.parseInt(field.toString("latin1").replaceAll("\0", " ").trim(), 8);
  return sum + checksumLength * 0x20 === expected || block.every((byte) => byte === 0);
}
