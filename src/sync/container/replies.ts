/** What the agent's replies hold. */
import type { Path } from "../entry.ts";
import type { SideError, Stat } from "../side.ts";
import { problemOf, Refusal } from "./refusal.ts";

/** What the agent tells of something that stands there. */
export interface AgentStat extends Stat {
  /** Its content was written after it had been given this name, as far as its times tell. */
  readonly isLate: boolean;
}

/** What came of putting something in its place. */
export interface Placed {
  readonly stat: Stat;
  /** It stands there now, as it was; else somebody was quick. */
  readonly isOurs: boolean;
  /** What it replaced was as expected; or there was nothing. */
  readonly isAsExpected: boolean;
  /** What it replaced, under the name that it came from. */
  readonly replaced: Stat | undefined;
}

/** A change in a watched folder. */
export interface FolderEvent {
  /** Number of the watch; 0: changes were lost. */
  readonly watch: number;
  /** A file was begun or written to, and whoever does that will close it soon. */
  readonly isBegun: boolean;
  /** Of what changed in it; empty for the folder itself. */
  readonly name: string;
}

/** Reads a payload from its start; throws RangeError past its end. */
interface Reader {
  readonly bytes: Buffer;
  at: number;
}

const kinds = ["file", "folder", "link", "other"] as const;
const notLooked = 255;

export function decodeStat(payload: Buffer): AgentStat {
  return readStat({ bytes: payload, at: 0 });
}

/** Add a part of a listing to the children that are known. */
export function decodeChildren(payload: Buffer, children: Map<string, AgentStat | string>): void {
  const reader: Reader = { bytes: payload, at: 0 };
  while (reader.at < payload.length) {
    const { text: name, isExact } = readText(reader);
    const isLooked = payload[reader.at] !== notLooked;
    if (!isLooked) reader.at += 1;
    const child = isLooked ? readStat(reader) : problemOf(readU32(reader));
    children.set(name, isExact ? child : "its name is not UTF-8");
  }
}

export function decodePlaced(payload: Buffer): Placed {
  const reader: Reader = { bytes: payload, at: 0 };
  const stat = readStat(reader);
  const told = payload.readUInt8(reader.at);
  reader.at += 1;
  const replaced = reader.at < payload.length ? readStat(reader) : undefined;
  return { stat, isOurs: (told & 1) !== 0, isAsExpected: (told & 2) !== 0, replaced };
}

/** Of a folder; `watch` is the number of its watch, or minus an error's. */
export function decodeFolder(payload: Buffer): { readonly stat: Stat; readonly watch: number } {
  const reader: Reader = { bytes: payload, at: 0 };
  return { stat: readStat(reader), watch: payload.readInt32LE(reader.at) };
}

export function decodeEvents(payload: Buffer): readonly FolderEvent[] {
  const reader: Reader = { bytes: payload, at: 0 };
  const events: FolderEvent[] = [];
  while (reader.at < payload.length) {
    const watch = readU32(reader);
    const isBegun = payload.readUInt8(reader.at) === 1;
    reader.at += 1;
    events.push({ watch, isBegun, name: readText(reader).text });
  }
  return events;
}

export function decodeFailure(payload: Buffer, path: Path): SideError {
  return new Refusal(payload.readUInt32LE(), path);
}

function readStat(reader: Reader): AgentStat {
  const { bytes, at } = reader;
  const kind = kinds[bytes.readUInt8(at)] ?? "other";
  const flags = bytes.readUInt8(at + 35);
  reader.at += 36;
  const stat = {
    kind,
    mode: bytes.readUInt16LE(at + 1),
    size: readU64(bytes, at + 3),
    mtimeNs: bytes.readBigInt64LE(at + 11),
    stamp: readU64(bytes, at + 19),
    inode: readU64(bytes, at + 27),
    isFresh: (flags & 1) !== 0,
    isLate: (flags & 2) !== 0,
  };
  if (kind !== "link") return stat;
  const { text, isExact } = readText(reader);
  // a link that cannot be carried is none that the other side could make
  return isExact ? { ...stat, target: text } : { ...stat, kind: "other" };
}

function readText(reader: Reader): { readonly text: string; readonly isExact: boolean } {
  const start = reader.at + 2;
  const end = start + reader.bytes.readUInt16LE(reader.at);
  if (end > reader.bytes.length) throw new RangeError("a text past the end of its frame");
  const bytes = reader.bytes.subarray(start, end);
  reader.at = end;
  const text = bytes.toString("utf8");
  return { text, isExact: !text.includes("\uFFFD") || Buffer.from(text).equals(bytes) };
}

function readU32(reader: Reader): number {
  reader.at += 4;
  return reader.bytes.readUInt32LE(reader.at - 4);
}

/** Of 53 bits. */
function readU64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
}
