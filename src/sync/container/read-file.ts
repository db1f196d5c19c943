import type { Path } from "../entry.ts";
import { type Look, type Stamp, smallSize } from "../side.ts";
import type { Channel } from "./channel.ts";
import { decodeLook } from "./replies.ts";
import { largestPiece } from "./wire.ts";

/** Pieces that are asked for before the reader took them. */
const piecesAhead = 4;

/** What stands there, and what is in a small file that is not as it is known. */
export async function look(channel: Channel, path: Path, known: Stamp | undefined): Promise<Look> {
  return decodeLook(await channel.call({ type: "stat", path, expected: known, size: smallSize }, path));
}

/** A small file's content. */
export function readSmallFile(channel: Channel, path: Path, expected: Stamp): Promise<Uint8Array> {
  return channel.call({ type: "read", path, expected }, path);
}

/** A file's content, piece by piece; each of them was read while the file was as expected. A slow reader keeps nobody else waiting. */
export async function* readFile(channel: Channel, path: Path, expected: Stamp): AsyncGenerator<Uint8Array> {
  const asked: Promise<Buffer>[] = [];
  let size = 0;
  const ask = () => {
    const piece = channel.call({ type: "read", path, expected, size }, path);
    // a reader that stops early does not ask for it
    piece.catch(() => undefined);
    asked.push(piece);
    size += largestPiece;
  };
  for (;;) {
    if (asked.length === 0) ask();
    const piece = (await asked.shift()) as Buffer;
    const isLast = piece.length < largestPiece;
    while (!isLast && asked.length < piecesAhead) ask();
    if (piece.length > 0) yield piece;
    if (isLast) return;
  }
}
