import type { Path } from "../entry.ts";
import { type NewFile, SideError, type Stat } from "../side.ts";
import type { Channel } from "./channel.ts";
import { decodeStat } from "./replies.ts";
import { largestPiece } from "./wire.ts";

export interface FileToWrite {
  readonly path: Path;
  readonly file: NewFile;
  readonly content: AsyncIterable<Uint8Array> | Uint8Array;
}

/**
 * A small file is one frame, which is on its way when this returns; of a large one no more than the stream takes is in
 * memory. The last piece is sent when the content has come to its end well: the agent puts a file in its place as soon as it
 * has all of it.
 */
export async function writeFile(channel: Channel, { path, file, content }: FileToWrite): Promise<Stat> {
  if (!(content instanceof Uint8Array)) return writePieces(channel, { path, file, content });
  if (content.length > largestPiece) return writePieces(channel, { path, file, content: whole(content) });
  if (content.length !== file.size) throw otherSize(path);
  return decodeStat(await channel.call({ type: "write", path, file, start: content }, path));
}

async function* whole(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

interface Pieces extends FileToWrite {
  readonly content: AsyncIterable<Uint8Array>;
}

async function writePieces(channel: Channel, { path, file, content }: Pieces): Promise<Stat> {
  const upload = openUpload(channel, path, file);
  try {
    let held: Uint8Array = new Uint8Array();
    let size = 0;
    for await (const piece of cut(content)) {
      size += piece.length;
      if (size > file.size || upload.isOver()) break;
      if (held.length > 0) upload.send(held);
      held = piece;
      await channel.ready();
    }
    if (size !== file.size && !upload.isOver()) throw otherSize(path);
    if (!upload.isOver()) upload.send(held);
    return decodeStat(await upload.reply);
  } finally {
    upload.end();
  }
}

interface Upload {
  send(piece: Uint8Array): void;
  /** Refused, or lost. */
  isOver(): boolean;
  readonly reply: Promise<Buffer>;
  /** Also of one that is half done. */
  end(): void;
}

function openUpload(channel: Channel, path: Path, file: NewFile): Upload {
  const { promise, resolve: onOk, reject } = Promise.withResolvers<Buffer>();
  let id: number | undefined;
  let isOver = false;
  const onError = (error: SideError) => {
    isOver = true;
    reject(error);
  };
  // whoever broke off does not ask for it
  promise.catch(() => undefined);
  return {
    send: (piece) => {
      if (id === undefined) id = channel.request({ type: "write", path, file, start: piece }, path, { onOk, onError });
      else channel.send(id, { type: "data", bytes: piece });
    },
    isOver: () => isOver,
    reply: promise,
    end: () => {
      if (id !== undefined) channel.abort(id);
    },
  };
}

async function* cut(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += largestPiece) yield chunk.subarray(at, at + largestPiece);
  }
}

function otherSize(path: Path): SideError {
  return new SideError("changed", `\`${path}\` has another size than it had`);
}
