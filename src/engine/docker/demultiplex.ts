import { Readable } from "node:stream";
import { finished } from "node:stream/promises";

/** Output of a command without a terminal: the engine sends both streams in frames over one connection. */
export interface Output {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the source has come to its end, read or not; rejects with what both streams end with. */
  readonly ended: Promise<void>;
}

export interface OutputOptions {
  /** The source is a terminal's output, not framed; stderr then ends at once. */
  readonly raw?: boolean | undefined;
  readonly misplaced?: Misplaced | undefined;
  /** Makes the error that both streams end with when the source breaks; undefined: they had come to their end. */
  explain(error: unknown): Promise<unknown>;
}

/** What comes to stdout and belongs to stderr. */
export interface Misplaced {
  /** By its first piece; all that follows waits for the answer then. */
  mayBe(first: Buffer): boolean;
  isSo(): Promise<boolean>;
}

/**
 * Split a connection into stdout and stderr without copying a payload. The source is read only as fast
 * as both are; it is destroyed once neither is wanted any more.
 */
export function demultiplex(source: Readable, options: OutputOptions): Output {
  // the reader of one stream need not listen for the error on the other
  const open = () => new Readable({ read: () => void source.resume(), destroy }).on("error", () => undefined);
  const destroy: Destroy = (error, done) => {
    if (stdout.destroyed && stderr.destroyed) source.destroy();
    done(error);
  };
  const stdout = open();
  const stderr = open();
  const push = (stream: Readable, part: Buffer) => {
    if (!stream.destroyed && !stream.push(part)) source.pause();
  };
  if (options.raw) stderr.push(null);
  const { take, settled } = sorter({ stdout, stderr, push }, options.misplaced);
  source.on("data", options.raw ? (chunk) => push(stdout, chunk) : splitFrames(take));
  const ended = followEnd(source, [stdout, stderr], { ...options, settled });
  // told by the streams too
  ended.catch(() => undefined);
  return { stdout, stderr, ended };
}

interface Outputs {
  readonly stdout: Readable;
  readonly stderr: Readable;
  push(stream: Readable, part: Buffer): void;
}

/** Hands each piece to its stream; `settled` waits until none is held back. */
function sorter({ stdout, stderr, push }: Outputs, misplaced: Misplaced | undefined) {
  let isFirst = misplaced !== undefined;
  let held: Buffer[] | undefined;
  let answer: Promise<void> = Promise.resolve();
  const decide = async () => {
    const stream = (await misplaced?.isSo().catch(() => false)) ? stderr : stdout;
    for (const part of held ?? []) push(stream, part);
    held = undefined;
  };
  return {
    settled: () => answer,
    take(type: number, part: Buffer): void {
      if (type === stdoutType && isFirst) {
        isFirst = false;
        if (misplaced?.mayBe(part)) {
          held = [];
          answer = decide();
        }
      }
      if (type === stdoutType && held !== undefined) held.push(part);
      else push(type === stdoutType ? stdout : stderr, part);
    },
  };
}

type Destroy = (error: Error | null, done: (error?: Error | null) => void) => void;

const stdoutType = 1;
const headerLength = 8;

/**
 * Takes the chunks of a framed stream; hands on each piece of a payload with its frame's type as soon as
 * it is there. A frame is one byte of type, three of nothing, four of length, then the payload.
 */
export function splitFrames(take: (type: number, part: Buffer) => void): (chunk: Buffer) => void {
  const header = Buffer.alloc(headerLength);
  let headerFill = 0;
  let missing = 0;
  return (chunk) => {
    let offset = 0;
    while (offset < chunk.length) {
      if (missing > 0) {
        const part = chunk.subarray(offset, offset + missing);
        missing -= part.length;
        offset += part.length;
        take(header[0] ?? 0, part);
      } else {
        const copied = chunk.copy(header, headerFill, offset, offset + headerLength - headerFill);
        offset += copied;
        headerFill = (headerFill + copied) % headerLength;
        if (headerFill === 0) missing = header.readUInt32BE(4);
      }
    }
  };
}

interface EndOptions extends OutputOptions {
  settled(): Promise<void>;
}

async function followEnd(
  source: Readable,
  streams: readonly Readable[],
  { explain, settled }: EndOptions,
): Promise<void> {
  try {
    await finished(source, { writable: false }).catch(async (broken: unknown) => {
      const error = await explain(broken);
      if (error !== undefined) throw error;
    });
    await settled();
    for (const stream of streams) if (!stream.destroyed) stream.push(null);
  } catch (error) {
    for (const stream of streams) stream.destroy(error as Error);
    throw error;
  }
}
