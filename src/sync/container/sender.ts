import type { Writable } from "node:stream";
import { createMemory } from "../memory.ts";
import { smallSize } from "../side.ts";

/** Bytes on their way to the stream, above which `ready` waits. */
const enough = 1_048_576;
/** What a turn of the event loop has to say goes out before its end once it is so much: the agent begins meanwhile. */
const batch = 131_072;
/** Parts up to this length are copied together: a write costs more than a copy. A small file's content is one. Bytes. */
export const short = 2 * smallSize;

export interface Sender {
  /** Short parts may change once this returns, longer ones not before they are on their way. */
  send(parts: readonly Uint8Array[]): void;
  /** Resolves when there is room for more; undefined: there is. */
  ready(): Promise<void> | undefined;
}

/** Sends parts in their order; what comes while the stream is busy goes out together. */
export function openSender(stream: Writable): Sender {
  const batches = openBatches();
  let waiting = 0;
  let writes = 0;
  let isPlanned = false;
  let readers: (() => void)[] = [];
  const flush = () => {
    isPlanned = false;
    const parts = batches.take();
    if (parts.length === 0) return;
    writes += 1;
    const done = () => {
      for (const part of parts) {
        waiting -= part.length;
        batches.giveBack(part);
      }
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
    if (isPlanned || batches.length() === 0) return;
    isPlanned = true;
    // all that this turn of the event loop has to say in one write: each costs the engine several copies
    setImmediate(flush);
  };
  return {
    send: (parts) => {
      for (const part of parts) {
        waiting += part.length;
        batches.add(part);
      }
      if (batches.length() >= batch) flush();
      else if (writes === 0) plan();
    },
    ready: () => (waiting < enough ? undefined : new Promise((resolve) => readers.push(resolve))),
  };
}

interface Batches {
  add(part: Uint8Array): void;
  /** Bytes that wait to be taken. */
  length(): number;
  /** All of it, in few parts. */
  take(): readonly Uint8Array[];
  /** A part that was taken is not needed any more. */
  giveBack(part: Uint8Array): void;
}

function openBatches(): Batches {
  const pieces = createMemory();
  const lent = new Map<Uint8Array, Buffer>();
  let parts: Uint8Array[] = [];
  let length = 0;
  let memory: Buffer | undefined;
  let used = 0;
  const closeBatch = () => {
    if (memory === undefined) return;
    const filled = memory.subarray(0, used);
    lent.set(filled, memory);
    parts.push(filled);
    memory = undefined;
  };
  const copy = (part: Uint8Array) => {
    if (memory !== undefined && used + part.length > memory.length) closeBatch();
    if (memory === undefined) {
      memory = pieces.take();
      used = 0;
    }
    memory.set(part, used);
    used += part.length;
  };
  return {
    add(part) {
      length += part.length;
      if (part.length <= short) return copy(part);
      closeBatch();
      parts.push(part);
    },
    length: () => length,
    take() {
      closeBatch();
      const taken = parts;
      parts = [];
      length = 0;
      return taken;
    },
    giveBack(part) {
      const whole = lent.get(part);
      lent.delete(part);
      if (whole !== undefined) pieces.giveBack(whole);
    },
  };
}
