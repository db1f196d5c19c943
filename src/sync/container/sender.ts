import type { Writable } from "node:stream";

/** Bytes on their way to the stream, above which `ready` waits. */
const enough = 1_048_576;
/** What a turn of the event loop has to say goes out before its end once it is so much: the agent begins meanwhile. */
const batch = 131_072;
/** Shorter parts are copied together: a write costs more than a copy. */
const short = 32_768;

export interface Sender {
  send(parts: readonly Uint8Array[]): void;
  /** Resolves when there is room for more; undefined: there is. */
  ready(): Promise<void> | undefined;
}

/** Sends parts in their order; what comes while the stream is busy goes out together. */
export function openSender(stream: Writable): Sender {
  let queue: Uint8Array[] = [];
  let queued = 0;
  let waiting = 0;
  let writes = 0;
  let isPlanned = false;
  let readers: (() => void)[] = [];
  const flush = () => {
    isPlanned = false;
    if (queue.length === 0) return;
    const parts = joinShort(queue);
    const bytes = queued;
    queue = [];
    queued = 0;
    writes += 1;
    const done = () => {
      waiting -= bytes;
      writes -= 1;
      if (writes === 0) plan();
      if (waiting >= enough) return;
      const woken = readers;
      readers = [];
      for (const wake of woken) wake();
    };
    for (const part of parts.slice(0, -1)) stream.write(part);
    stream.write(parts.at(-1), done);
  };
  const plan = () => {
    if (isPlanned || queue.length === 0) return;
    isPlanned = true;
    // all that this turn of the event loop has to say in one write: each costs the engine several copies
    setImmediate(flush);
  };
  return {
    send: (parts) => {
      const bytes = lengthOf(parts);
      queue.push(...parts);
      queued += bytes;
      waiting += bytes;
      if (queued >= batch) flush();
      else if (writes === 0) plan();
    },
    ready: () => (waiting < enough ? undefined : new Promise((resolve) => readers.push(resolve))),
  };
}

function joinShort(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  let shorts: Uint8Array[] = [];
  const join = () => {
    if (shorts.length > 0) joined.push(shorts.length === 1 ? (shorts[0] as Uint8Array) : Buffer.concat(shorts));
    shorts = [];
  };
  for (const part of parts) {
    if (part.length < short) {
      shorts.push(part);
    } else {
      join();
      joined.push(part);
    }
  }
  join();
  return joined;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
