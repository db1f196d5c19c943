import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Sha256 } from "../digest.ts";

const readSize = 64 * 1024;

/** sha256 and bytes of a file, read in pieces; a link is an error. */
export async function hashFile(path: string): Promise<{ readonly sha256: Sha256; readonly size: number }> {
  // Windows has no O_NOFOLLOW.
  await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
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
