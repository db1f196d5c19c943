/** The small files of a folder, many in a reply, in pieces of memory that are given back once they went on. */
import type { Path } from "../entry.ts";
import { createMemory, pieceOfMemory } from "../memory.ts";
import { type LookedFile, type Pack, type Side, SideError } from "../side.ts";
import type { Channel } from "./channel.ts";
import { decodeFile, roomForFile, writableOf, writeFileHead } from "./wire.ts";

export function createCollect(channel: Channel): NonNullable<Side["collect"]> {
  const memory = createMemory();
  return async function* collect<File extends LookedFile>(path: Path, files: readonly File[]) {
    const groups = groupsOf(files);
    const ask = () => {
      const { value } = groups.next();
      return value && collectGroup(channel, path, { files: value, piece: memory.take() });
    };
    try {
      // the agent reads the next ones meanwhile
      for (let [asked, next] = [ask(), ask()]; asked !== undefined; [asked, next] = [next, ask()]) {
        next?.catch(() => undefined);
        const { piece, ...pack } = await asked;
        yield { ...pack, release: () => memory.giveBack(piece) };
      }
    } catch (error) {
      // what does not come so is asked for by itself
      if (!(error instanceof SideError)) throw error;
    }
  };
}

/** As many as have room in a piece of memory. */
function* groupsOf<File extends LookedFile>(files: readonly File[]): Generator<readonly File[], undefined> {
  let group: File[] = [];
  let length = 0;
  for (const file of files) {
    const room = roomForFile(file.name, file.stat.size);
    if (length + room > pieceOfMemory) {
      yield group;
      group = [];
      length = 0;
    }
    group.push(file);
    length += room;
  }
  if (group.length > 0) yield group;
}

interface Group<File> {
  readonly files: readonly File[];
  readonly piece: Buffer;
}

type Collected<File extends LookedFile> = Omit<Pack<File>, "release"> & { readonly piece: Buffer };

function collectGroup<File extends LookedFile>(
  channel: Channel,
  path: Path,
  { files, piece }: Group<File>,
): Promise<Collected<File>> {
  const found: Pack<File>["files"][number][] = [];
  let next = 0;
  let length = 0;
  return new Promise((resolve, reject) => {
    channel.request({ type: "collect", path, content: headsOf(files) }, path, {
      onChildren(payload) {
        const end = length + payload.copy(piece, length);
        while (length < end) {
          const { stamp, content } = decodeFile(piece, length, end);
          // in the order in which they were asked for, but for those that are missing
          while (next < files.length && files[next]?.stat.stamp !== stamp) next += 1;
          const looked = files[next];
          if (looked === undefined) throw new RangeError("a file that was not asked for");
          found.push({ looked, content });
          // one file by two names looks the same
          next += 1;
          length = content.byteOffset - piece.byteOffset + content.length;
        }
      },
      onOk: () => resolve({ piece, files: found, encoded: piece.subarray(0, length) }),
      onError: reject,
    });
  });
}

function headsOf(files: readonly LookedFile[]): Uint8Array {
  const to = writableOf(Buffer.allocUnsafe(files.reduce((sum, { name }) => sum + roomForFile(name, 0), 0)));
  const length = files.reduce((at, file) => writeFileHead(to, at, file), 0);
  return to.bytes.subarray(0, length);
}
