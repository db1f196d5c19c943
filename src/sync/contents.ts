/** Contents of files that are looked at, or read to be compared. Those of small ones are kept: what is carried then need not be read again. */
import { createHash, hash } from "node:crypto";
import type { Path } from "./entry.ts";
import { createLimit, type Limit } from "./limit.ts";
import { type Side, type Stamp, type Stat, smallSize } from "./side.ts";

export interface Contents {
  /** sha256 in base64 of a file that is as expected; `stat` where it was looked at. */
  hash(path: Path, expected: Stamp, stat: Stat | undefined): Promise<string>;
  /** Keep what came along with a look. */
  keep(path: Path, stat: Stat, bytes: Uint8Array): void;
  isFull(): boolean;
  /** Gives it away. */
  take(path: Path, stat: Stat): Promise<Uint8Array> | Uint8Array;
  clear(): void;
}

/** Bytes that are kept. */
const mostKept = 4_194_304;
/** Files that come in pieces: each of them holds some in memory. */
const largeAtOnce = 16;

export function createContents(side: Side, limit: Limit): Contents {
  const largeLimit = createLimit(largeAtOnce);
  const known = new Map<Path, { readonly stamp: Stamp; readonly bytes: Uint8Array }>();
  let kept = 0;
  const keep = (path: Path, { stamp }: Stat, bytes: Uint8Array) => {
    kept += bytes.length;
    if (kept <= mostKept) known.set(path, { stamp, bytes });
  };
  return {
    keep,
    isFull: () => kept >= mostKept,
    async hash(path, expected, stat) {
      const found = known.get(path);
      if (found?.stamp === expected) return hash("sha256", found.bytes, "base64");
      const isSmall = stat?.stamp === expected && stat.size <= smallSize;
      if (!isSmall) return largeLimit(() => hashOf(side.read(path, expected)));
      const bytes = await limit(async () => {
        const read = side.readSmall(path, stat);
        // copied in the same turn: the next file is read into the same memory
        return read instanceof Uint8Array ? Uint8Array.from(read) : read;
      });
      keep(path, stat, bytes);
      return hash("sha256", bytes, "base64");
    },
    take(path, stat) {
      const { stamp, bytes } = known.get(path) ?? {};
      known.delete(path);
      return bytes !== undefined && stamp === stat.stamp ? bytes : side.readSmall(path, stat);
    },
    clear() {
      known.clear();
      kept = 0;
    },
  };
}

async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash("sha256");
  for await (const piece of content) digest.update(piece);
  return digest.digest("base64");
}
