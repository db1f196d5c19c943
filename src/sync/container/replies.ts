/** What the agent's replies hold. */
import type { Path } from "../entry.ts";
import type { Look, SideError, Stat } from "../side.ts";
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
  /** The same, quicker to read numbers from. */
  readonly view: DataView;
  at: number;
}

function readerOf(bytes: Buffer): Reader {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
}

const kinds = ["file", "folder", "link", "other"] as const;
const notLooked = 255;

export function decodeStat(payload: Buffer): AgentStat {
  return readStat(readerOf(payload));
}

export function decodeLook(payload: Buffer): Look {
  const reader = readerOf(payload);
  const stat = readStat(reader);
  const rest = payload.subarray(reader.at);
  // one that is empty has no more to tell; else none came
  return { stat, content: stat.kind === "file" && rest.length === stat.size ? rest : undefined };
}

/** Add a part of a listing to the children that are known. */
export function decodeChildren(payload: Buffer, children: Map<string, AgentStat | string>): void {
  const reader = readerOf(payload);
  while (reader.at < payload.length) {
    const { text: name, isExact } = readText(reader);
    const isLooked = payload[reader.at] !== notLooked;
    if (!isLooked) reader.at += 1;
    const child = isLooked ? readStat(reader) : problemOf(readU32(reader));
    children.set(name, isExact ? child : "its name is not UTF-8");
  }
}

export function decodePlaced(payload: Buffer): Placed {
  const reader = readerOf(payload);
  const stat = readStat(reader);
  const told = payload.readUInt8(reader.at);
  reader.at += 1;
  const replaced = reader.at < payload.length ? readStat(reader) : undefined;
  return { stat, isOurs: (told & 1) !== 0, isAsExpected: (told & 2) !== 0, replaced };
}

/** Of a folder; `watch` is the number of its watch, or minus an error's. */
export function decodeFolder(payload: Buffer): { readonly stat: Stat; readonly watch: number } {
  const reader = readerOf(payload);
  return { stat: readStat(reader), watch: payload.readInt32LE(reader.at) };
}

export function decodeEvents(payload: Buffer): readonly FolderEvent[] {
  const reader = readerOf(payload);
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
  const { view, at } = reader;
  const kind = kinds[view.getUint8(at)] ?? "other";
  const flags = view.getUint8(at + 35);
  reader.at += 36;
  const stat = {
    kind,
    mode: view.getUint16(at + 1, true),
    size: readU64(view, at + 3),
    mtimeNs: view.getBigInt64(at + 11, true),
    stamp: readU64(view, at + 19),
    inode: readU64(view, at + 27),
    isFresh: (flags & 1) !== 0,
    isLate: (flags & 2) !== 0,
  };
  if (kind !== "link") return stat;
  const { text, isExact } = readText(reader);
  // a link that cannot be carried is none that the other side could make
  return isExact ? { ...stat, target: text } : { ...stat, kind: "other" };
}

function readText(reader: Reader): { readonly text: string; readonly isExact: boolean } {
  const { bytes, view } = reader;
  const start = reader.at + 2;
  const end = start + view.getUint16(reader.at, true);
  if (end > bytes.length) throw new RangeError("a text past the end of its frame");
  reader.at = end;
  const text = bytes.toString("utf8", start, end);
  return { text, isExact: !text.includes("\uFFFD") || Buffer.from(text).equals(bytes.subarray(start, end)) };
}

function readU32(reader: Reader): number {
  reader.at += 4;
  return reader.view.getUint32(reader.at - 4, true);
}

/** Of 53 bits. */
function readU64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}
