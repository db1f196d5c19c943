/** Contents of small files that were read to be compared: what is carried then need not be read again. */
import { hash } from "node:crypto";
import type { Path } from "./entry.ts";
import type { Limit } from "./limit.ts";
import type { Side, Stamp, Stat } from "./side.ts";

export interface Contents {
  /** sha256 in base64. */
  hash(path: Path, stat: Stat): Promise<string>;
  /** Gives it away. */
  take(path: Path, stat: Stat): Promise<Uint8Array> | Uint8Array;
  clear(): void;
}

/** Bytes that are kept. */
const mostKept = 4_194_304;

export function createContents(side: Side, limit: Limit): Contents {
  const known = new Map<Path, { readonly stamp: Stamp; readonly bytes: Uint8Array }>();
  let kept = 0;
  return {
    async hash(path, stat) {
      const bytes = await limit(async () => {
        const read = side.readSmall(path, stat);
        // copied in the same turn: the next file is read into the same memory
        return read instanceof Uint8Array ? Uint8Array.from(read) : read;
      });
      kept += bytes.length;
      if (kept <= mostKept) known.set(path, { stamp: stat.stamp, bytes });
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
