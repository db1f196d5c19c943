import type { Path } from "../entry.ts";
import type { SideError, Stamp } from "../side.ts";
import type { Channel } from "./channel.ts";

/** Bytes that may be on their way before the reader took them. */
const window = 1_048_576;

/** A small file's content; all of it is sent at once. */
export function readSmallFile(channel: Channel, path: Path, expected: Stamp): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    channel.request({ type: "read", path, expected, credit: window }, path, {
      onData: (piece) => void pieces.push(piece),
      onOk: () => resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)),
      onError: reject,
    });
  });
}

/** A file's content; a reader that stops early stops the agent too, a slow one keeps nobody else waiting. */
export async function* readFile(channel: Channel, path: Path, expected: Stamp): AsyncGenerator<Uint8Array> {
  const pieces: Buffer[] = [];
  let end: "ok" | SideError | undefined;
  let taken = 0;
  let wake = () => {};
  const id = channel.request({ type: "read", path, expected, credit: window }, path, {
    onData: (piece) => {
      pieces.push(piece);
      wake();
    },
    onOk: () => {
      end = "ok";
      wake();
    },
    onError: (error) => {
      end = error;
      wake();
    },
  });
  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) {
        yield piece;
        taken += piece.length;
        if (taken < window / 2) continue;
        channel.send(id, { type: "credit", bytes: taken });
        taken = 0;
      } else if (end === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (end === "ok") return;
      else throw end;
    }
  } finally {
    channel.abort(id);
  }
}
