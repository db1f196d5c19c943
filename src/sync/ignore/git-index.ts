/** Which files git tracks: its index, read as it stands on the disk (versions 2 to 4, split ones, sparse ones). */
import { deletedIn } from "./split-index.ts";

export interface Tracked {
  /** Relative to the top of the repository. */
  readonly path: string;
  /** `folder`: another repository, or a folder whose files are not told one by one. */
  readonly kind: "file" | "folder";
}

/** Gives the index that a split one goes by, of a name like `sharedindex.0123…`. */
export type ReadShared = (name: string) => Uint8Array;

/** Throws RangeError for what is no index. */
export function readIndex(bytes: Uint8Array, readShared: ReadShared): readonly Tracked[] {
  const index = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // sha1, or sha256: that is told nowhere in it
  const { entries, link } = tryRead(index, 20) ?? read(index, 32);
  const known = entries.filter(({ path }) => path !== "");
  if (link === undefined) return known;
  const shared = readIndex(readShared(`sharedindex.${link.base}`), notShared);
  const deleted = deletedIn(link.bitmaps, shared.length);
  return [...shared.filter((_, number) => !deleted.has(number)), ...known];
}

function notShared(name: string): never {
  throw new RangeError(`a shared index that goes by ${name}`);
}

interface Index {
  readonly entries: readonly Tracked[];
  readonly link: { readonly base: string; readonly bitmaps: Buffer } | undefined;
}

function tryRead(index: Buffer, hashLength: number): Index | undefined {
  try {
    return read(index, hashLength);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(index: Buffer, hashLength: number): Index {
  const version = index.readUInt32BE(4);
  if (index.toString("latin1", 0, 4) !== "DIRC" || version < 2 || version > 4) throw new RangeError("no index");
  const entries: Tracked[] = [];
  let place: Place = { at: 12, path: noBytes };
  for (let count = index.readUInt32BE(8); count > 0; count -= 1) {
    const mode = index.readUInt32BE(place.at + modeAt);
    place = readPath(index, place, { version, hashLength });
    entries.push(entryOf(mode, place.path.toString("utf8")));
  }
  return { entries, link: readLink(index, place.at, hashLength) };
}

const modeAt = 24;
/** What is told of a file before the id of its content. */
const statLength = 40;
const noBytes = Buffer.alloc(0);

interface Place {
  /** Where the next entry begins. */
  readonly at: number;
  /** Of the entry before it. */
  readonly path: Buffer;
}

interface Format {
  readonly version: number;
  readonly hashLength: number;
}

function readPath(index: Buffer, { at, path: before }: Place, { version, hashLength }: Format): Place {
  const flags = index.readUInt16BE(at + statLength + hashLength);
  const isExtended = version > 2 && (flags & 0x4000) !== 0;
  const start = at + statLength + hashLength + (isExtended ? 4 : 2);
  const prefix = version === 4 ? readPrefix(index, start, before) : { kept: noBytes, at: start };
  const end = index.indexOf(0, prefix.at);
  if (end < 0) throw new RangeError("a path without an end");
  const rest = index.subarray(prefix.at, end);
  if (version === 4) return { at: end + 1, path: Buffer.concat([prefix.kept, rest]) };
  // up to eight bytes of zeros, so that the next begins at a multiple of eight
  const next = at + ((end - at + 8) & ~7);
  if (index.subarray(end, next).some((byte) => byte !== 0)) throw new RangeError("no zeros after a path");
  return { at: next, path: rest };
}

/** What an entry has in common with the one before. */
function readPrefix(index: Buffer, start: number, before: Buffer): { readonly kept: Buffer; readonly at: number } {
  let at = start;
  let byte = index.readUInt8(at);
  let cut = byte & 127;
  while ((byte & 128) !== 0) {
    at += 1;
    byte = index.readUInt8(at);
    cut = (cut + 1) * 128 + (byte & 127);
  }
  if (cut > before.length) throw new RangeError("more cut off than there is");
  return { kept: before.subarray(0, before.length - cut), at: at + 1 };
}

function entryOf(mode: number, path: string): Tracked {
  const kind = mode >>> 12;
  const isFolder = kind === repository || kind === sparseFolder;
  return isFolder ? { path: path.replace(/\/$/, ""), kind: "folder" } : { path, kind: "file" };
}

const repository = 0o16;
const sparseFolder = 0o04;

/** Goes over the extensions, which end where the checksum begins: with another length of hashes they do not. */
function readLink(index: Buffer, start: number, hashLength: number): Index["link"] {
  let link: Index["link"];
  let at = start;
  const end = index.length - hashLength;
  while (at < end) {
    const next = at + 8 + index.readUInt32BE(at + 4);
    if (index.toString("latin1", at, at + 4) === "link") {
      const body = index.subarray(at + 8, next);
      const base = body.toString("hex", 0, hashLength);
      // of zeros: it is not split any more
      if (/[^0]/.test(base)) link = { base, bitmaps: body.subarray(hashLength) };
    }
    at = next;
  }
  if (at !== end) throw new RangeError("it does not end with a checksum");
  return link;
}
