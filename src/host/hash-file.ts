import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";
import type { Sha256 } from "../digest.ts";

const readSize = 64 * 1024;

interface HashOptions {
  /** The path is a real one: a link in it by now is an error too. */
  readonly isReal?: boolean;
}

/** sha256 and bytes of a file, read in pieces; a link is an error. */
export async function hashFile(
  path: string,
  { isReal = false }: HashOptions = {},
): Promise<{ readonly sha256: Sha256; readonly size: number }> {
  // Windows has no O_NOFOLLOW.
  await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  if (isReal) await requireReal(file, path);
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(readSize);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, readSize);
    if (bytesRead === 0) return { sha256: hash.digest("hex"), size };
    hash.update(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
}

/** What was opened, whatever stands in the folders above it now. */
async function requireReal({ fd }: FileHandle, path: string): Promise<void> {
  const opened = await readlink(`/proc/self/fd/${fd}`).catch(() => path);
  if (opened !== path) throw new Error("a folder or file on the way to it was put in another's place meanwhile");
}
