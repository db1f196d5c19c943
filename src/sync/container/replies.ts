/** What the agent's replies hold. */
import type { Path } from "../entry.ts";
import type { SideError, Stat } from "../side.ts";
import { problemOf, refusalOf } from "./refusal.ts";

/** Reads a payload from its start; throws RangeError past its end. */
interface Reader {
  readonly bytes: Buffer;
  at: number;
}

const kinds = ["file", "folder", "link", "other"] as const;
const notLooked = 255;

export function decodeStat(payload: Buffer): Stat {
  return readStat({ bytes: payload, at: 0 });
}

/** Add a part of a listing to the children that are known. */
export function decodeChildren(payload: Buffer, children: Map<string, Stat | string>): void {
  const reader: Reader = { bytes: payload, at: 0 };
  while (reader.at < payload.length) {
    const { text: name, isExact } = readText(reader);
    const isLooked = payload[reader.at] !== notLooked;
    if (!isLooked) reader.at += 1;
    const child = isLooked ? readStat(reader) : problemOf(readU32(reader));
    children.set(name, isExact ? child : "its name is not UTF-8");
  }
}

export function decodeEvents(payload: Buffer): readonly Path[] {
  const reader: Reader = { bytes: payload, at: 0 };
  const paths: Path[] = [];
  while (reader.at < payload.length) paths.push(readText(reader).text);
  return paths;
}

export function decodeHello(payload: Buffer): { readonly version: number; readonly agent: string } {
  const reader: Reader = { bytes: payload, at: 0 };
  return { version: readU32(reader), agent: readText(reader).text };
}

export function decodeFailure(payload: Buffer, path: Path): SideError {
  return refusalOf({ kind: payload.readUInt8(), errno: payload.readUInt32LE(1), path });
}

export function decodeErrno(payload: Buffer): number {
  return payload.readUInt32LE();
}

function readStat(reader: Reader): Stat {
  const { bytes, at } = reader;
  const kind = kinds[bytes.readUInt8(at)] ?? "other";
  reader.at += 36;
  const stat = {
    kind,
    mode: bytes.readUInt16LE(at + 1),
    size: readU64(bytes, at + 3),
    mtimeNs: bytes.readBigInt64LE(at + 11),
    stamp: readU64(bytes, at + 19),
    inode: readU64(bytes, at + 27),
    isFresh: bytes.readUInt8(at + 35) === 1,
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
