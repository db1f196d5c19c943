import type { Path } from "../entry.ts";
import type { Stamp } from "../side.ts";
import type { Channel } from "./channel.ts";
import { largestPiece } from "./wire.ts";

/** Pieces that are asked for before the reader took them. */
const piecesAhead = 4;

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
