import type { Path } from "../entry.ts";
import { type NewFile, SideError } from "../side.ts";
import type { Channel } from "./channel.ts";
import { besideOf } from "./temporary-names.ts";
import { anything, largestPiece, last, type Request } from "./wire.ts";

export interface FileToWrite {
  readonly path: Path;
  /** Temporary, until it is complete. */
  readonly name: string;
  readonly file: NewFile;
  readonly content: AsyncIterable<Uint8Array> | Uint8Array;
}

export interface Writes {
  write(file: FileToWrite): Promise<Buffer>;
  /** What there is of files that are not complete goes. */
  drop(): void;
}

export function openWrites(channel: Channel): Writes {
  const begun = new Set<Beside>();
  return {
    write: (file) => writeFile(channel, file, begun),
    drop: () => {
      for (const one of begun) dropPieces(channel, one);
    },
  };
}

type Beside = Pick<FileToWrite, "path" | "name">;

/**
 * Gives what the agent says of the last piece. A small file is one, which is on its way when this returns; of a large one no
 * more than the stream takes is in memory. The last piece is sent when the content has come to its end well.
 */
async function writeFile(channel: Channel, { content, ...to }: FileToWrite, begun: Set<Beside>): Promise<Buffer> {
  if (!(content instanceof Uint8Array)) return writePieces(channel, { ...to, content }, begun);
  if (content.length > largestPiece) return writePieces(channel, { ...to, content: whole(content) }, begun);
  if (content.length !== to.file.size) throw otherSize(to.path);
  return channel.call(lastPiece(to, { size: 0, content }), to.path);
}

async function* whole(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

interface Pieces extends FileToWrite {
  readonly content: AsyncIterable<Uint8Array>;
}

async function writePieces(channel: Channel, { content, ...to }: Pieces, begun: Set<Beside>): Promise<Buffer> {
  const { path, name, file } = to;
  let held: Uint8Array = new Uint8Array();
  let size = 0;
  let refused: SideError | undefined;
  begun.add(to);
  try {
    for await (const piece of cut(content)) {
      if (held.length > 0) {
        const sent = channel.call({ type: "write", path, name, size: size - held.length, content: held }, path);
        sent.catch((error: SideError) => {
          refused ??= error;
        });
      }
      held = piece;
      size += piece.length;
      await channel.ready();
      if (refused !== undefined) throw refused;
      if (size > file.size) break;
    }
    if (size !== file.size) throw otherSize(path);
  } catch (error) {
    dropPieces(channel, to);
    throw refused ?? error;
  } finally {
    begun.delete(to);
  }
  return channel.call(lastPiece(to, { size: size - held.length, content: held }), path);
}

/** The file takes its place with this one. */
function lastPiece(
  { path, name, file }: Omit<FileToWrite, "content">,
  piece: Pick<Request, "size" | "content">,
): Request {
  const { mode, mtimeNs, expected } = file;
  return { type: "write", path, name, mode: mode | last, mtimeNs, expected, ...piece };
}

/** What was written of a file that is not complete, if anything. */
function dropPieces(channel: Channel, { name }: Beside): void {
  const beside = besideOf(name);
  channel.call({ type: "remove", path: beside, expected: anything }, beside).catch(() => undefined);
}

async function* cut(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += largestPiece) yield chunk.subarray(at, at + largestPiece);
  }
}

function otherSize(path: Path): SideError {
  return new SideError("changed", `\`${path}\` has another size than it had`);
}
