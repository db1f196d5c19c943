/** The small files of a folder, by Node's own calls. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Path } from "../entry.ts";
import { type LookedFile, type PackedFile, type Side, SideError, type Stat, smallSize } from "../side.ts";
import { joinPath } from "../tree.ts";

/** Bytes that are read in one turn of the event loop, and come together. */
const enough = 65_536;

export function createCollect(readSmall: Side["readSmall"]): NonNullable<Side["collect"]> {
  return async function* collect<File extends LookedFile>(path: Path, files: readonly File[]) {
    const memory = Buffer.allocUnsafe(enough + smallSize);
    let found: PackedFile<File>[] = [];
    let length = 0;
    for (const looked of files) {
      const read = await readOne(readSmall, joinPath(path, looked.name), looked.stat);
      if (read === undefined) continue;
      const content = memory.subarray(length, length + read.length);
      content.set(read);
      found.push({ looked, content });
      length += read.length;
      if (length < enough) continue;
      yield { files: found };
      found = [];
      length = 0;
      // what changed meanwhile is heard in between
      await nextTurn();
    }
    yield { files: found };
  };
}

async function readOne(readSmall: Side["readSmall"], path: Path, stat: Stat): Promise<Uint8Array | undefined> {
  try {
    return await readSmall(path, stat);
  } catch (error) {
    // what cannot be read is told when it is asked for by itself
    if (error instanceof SideError) return undefined;
    throw error;
  }
}
