import { close, closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { SideError, type Stamp, type Stat, sparseReason } from "../side.ts";
import { changed } from "./failure.ts";
import { isSparse, stampOf } from "./stat.ts";

const readAsync = promisify(read);
const closeAsync = promisify(close);

/** Small ones are read at once: a thread's turn would take longer than the reading. Bytes. */
const smallSize = 64 * 1024;
const chunkSize = 512 * 1024;
/** A link is not followed, and a pipe that came to stand there is not waited for. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** The bytes of a file as they were at one moment; throws `changed` when they did not stay the same. */
export async function* readWhole(place: string, expected: Stamp): AsyncGenerator<Uint8Array> {
  const file = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  let isOpen = true;
  try {
    const size = check(file, expected);
    if (size <= smallSize) {
      const bytes = Buffer.allocUnsafe(size);
      const length = size === 0 ? 0 : readSync(file, bytes, 0, size, 0);
      if (length !== size) throw changed("it was written while it was read");
      check(file, expected);
      closeSync(file);
      isOpen = false;
      if (size > 0) yield bytes;
      return;
    }
    for (let offset = 0; offset < size; ) {
      const length = Math.min(chunkSize, size - offset);
      const { bytesRead, buffer } = await readAsync(file, Buffer.allocUnsafe(length), 0, length, offset);
      if (bytesRead === 0) throw changed("it was written while it was read");
      offset += bytesRead;
      // before the last bytes go out: who has them all has the file
      if (offset === size) check(file, expected);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    if (isOpen) await closeAsync(file);
  }
}

/** The bytes of a small file at once, in the given memory; throws `changed` when they did not stay the same. */
export function readSmall(place: string, { size, stamp }: Stat, memory: Buffer): Uint8Array {
  const file = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const bytes = memory.subarray(0, size);
    const length = size === 0 ? 0 : readSync(file, bytes, 0, size, 0);
    check(file, stamp);
    if (length !== size) throw changed("it was written while it was read");
    return bytes;
  } finally {
    closeSync(file);
  }
}

function check(file: number, expected: Stamp): number {
  const stats = fstatSync(file, { bigint: true });
  if (!stats.isFile() || stampOf(stats) !== expected) throw changed("something else stands there now");
  if (isSparse(stats)) throw new SideError("problem", sparseReason);
  return Number(stats.size);
}
