/** One file from a side to the other, as a stream. */
import { createHash, hash } from "node:crypto";
import type { Endpoint } from "./endpoint.ts";
import type { File, Path } from "./entry.ts";
import type { Limit } from "./limit.ts";
import { SideError, type Stamp, type Stat, smallSize } from "./side.ts";

export interface Transfer {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly path: Path;
  readonly mode: number;
  /** Of what stands there now on the side that is written to. */
  readonly expected: Stamp | undefined;
  readonly largeLimit: Limit;
  /** What is in it, told before it takes its place. */
  onContent(content: File["content"]): void;
  onBytes(count: number): void;
}

export interface Transferred {
  readonly content: File["content"];
  readonly stat: Stat;
}

/** The source is not what it was when it was read; nothing was written. */
export class SourceError extends Error {
  override readonly cause: SideError;

  constructor(cause: SideError) {
    super(cause.message);
    this.cause = cause;
  }
}

/** Throws SourceError for a failure of the side that is read, SideError for one of the side that is written to. */
export async function transfer(options: Transfer): Promise<Transferred> {
  const source = await sourceOf(options.from, options.path);
  return source.size > smallSize ? options.largeLimit(() => carry(options, source)) : carrySmall(options, source);
}

async function carrySmall({ onContent, ...options }: Transfer, source: Stat): Promise<Transferred> {
  const { from, to, path, mode, expected, onBytes } = options;
  let bytes: Uint8Array;
  try {
    const read = from.readSmall(path, source);
    // sent before the next file is read, so that the other side begins at once
    bytes = read instanceof Uint8Array ? read : await read;
  } catch (error) {
    throw sourceError(error);
  }
  onBytes(bytes.length);
  const { size, mtimeNs } = source;
  const content = hash("sha256", bytes, "base64");
  onContent(content);
  return { content, stat: await to.side.write(path, { mode, mtimeNs, size, expected }, bytes) };
}

async function carry(options: Transfer, source: Stat): Promise<Transferred> {
  const { from, to, path, mode, expected, onContent, onBytes } = options;
  const digest = createHash("sha256");
  let failure: SourceError | undefined;
  let content = "";
  const pieces = async function* () {
    try {
      for await (const chunk of from.side.read(path, source.stamp)) {
        digest.update(chunk);
        onBytes(chunk.length);
        yield chunk;
      }
    } catch (error) {
      failure = sourceError(error);
      throw failure;
    }
    content = digest.digest("base64");
    onContent(content);
  };
  try {
    const { size, mtimeNs } = source;
    const stat = await to.side.write(path, { mode, mtimeNs, size, expected }, pieces());
    return { content, stat };
  } catch (error) {
    throw failure ?? error;
  }
}

async function sourceOf(from: Endpoint, path: Path): Promise<Stat> {
  try {
    const stat = await from.statOf(path);
    if (stat?.kind === "file" && stat.stamp === from.stampOf(path)) return stat;
  } catch (error) {
    throw sourceError(error);
  }
  throw new SourceError(new SideError("changed", "it was changed before it was read"));
}

function sourceError(error: unknown): SourceError {
  if (error instanceof SideError) return new SourceError(error);
  throw error;
}
