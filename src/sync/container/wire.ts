/**
 * What is said between `container/channel.ts` and `agent/agent.c`: frames, little-endian, that begin with the u32 length of
 * the rest, u8 type, and u32 id. A reply carries the id of its request; id 0 is told without being asked.
 */
import type { Path } from "../entry.ts";
import type { LookedFile, PackedFile, Stamp } from "../side.ts";

export const wireVersion = 6;

/** Bytes of one frame after its length; the agent ends when a longer one comes. */
export const largestFrame = 1_048_576 - 4;
/** Bytes of a file that go into one frame, in either direction; a shorter piece is a file's last. */
export const largestPiece = 262_144;
/** Of a reply. */
export const headerLength = 9;

export const requestType = {
  hello: 1,
  list: 2,
  /** With what is in a file of at most `size` bytes, if it is not as expected. */
  stat: 3,
  /** A piece, from byte `size` on. */
  read: 4,
  /** A piece, from byte `size` on, under the temporary `name`; with `last` in its mode the file takes its place. */
  write: 5,
  makeFolder: 6,
  /** The content is the target. */
  makeLink: 7,
  /** To the path `name`, where `size` is the stamp of what is expected: that gets the first path in turn. */
  rename: 8,
  remove: 9,
  setMode: 10,
  /** `size` is the number of the folder's watch. */
  forget: 11,
  barrier: 12,
  sync: 13,
  ping: 14,
  /** The content is new files, each with a head of its own, for a folder with a temporary name; those that cannot be made are left out. */
  fill: 15,
  /** The content is the heads of files in a folder; those that are as expected come back, as FILL takes them. */
  collect: 16,
} as const;

export const replyType = {
  ok: 128,
  failed: 129,
  /** Part of a LIST, or of a COLLECT. */
  children: 130,
  events: 131,
} as const;

/** In the `mode` of a WRITE. */
export const last = 0o1000;
/** The `mode` of a REMOVE that means an empty folder. */
export const folder = 1;
/** A stamp that stands for each; 0 stands for nothing. */
export const anything = -1;

/** One request to the agent, without its id; what is left out is 0, or empty. */
export interface Request {
  readonly type: keyof typeof requestType;
  readonly path?: Path;
  readonly name?: string;
  readonly mode?: number;
  readonly expected?: Stamp | undefined;
  readonly size?: number;
  readonly mtimeNs?: bigint;
  readonly content?: Uint8Array;
}

/** Bytes of a request before its texts. */
const headLength = 39;
const mostText = 0xffff;

/** Memory to write requests to. */
export interface Writable {
  readonly bytes: Buffer;
  /** The same, quicker to write numbers to. */
  readonly view: DataView;
}

export function writableOf(bytes: Buffer): Writable {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** A request as bytes; its content stands as it was given. */
export function encodeRequest(id: number, request: Request): readonly Uint8Array[] {
  const { path = "", name = "", content } = request;
  const to = writableOf(Buffer.allocUnsafe(headLength + roomFor(path) + roomFor(name)));
  const head = to.bytes.subarray(0, writeHead(to, 0, id, request));
  return content === undefined || content.length === 0 ? [head] : [head, content];
}

/** Bytes that a file of this size takes in the content of a FILL or a COLLECT, at most. */
export function roomForFile(name: string, size: number): number {
  return headLength + roomFor(name) + size;
}

/** Writes what is expected of a file at a place in the content of a COLLECT; returns where it ends. */
export function writeFileHead(to: Writable, at: number, { name, stat }: LookedFile): number {
  const { mode, size, stamp, mtimeNs } = stat;
  return writeHead(to, at, 0, { type: "collect", name, mode, size, expected: stamp, mtimeNs });
}

/** Writes a new file at a place in the content of a FILL; returns where it ends. */
export function writeFile(to: Writable, at: number, { looked, content }: PackedFile): number {
  const end = writeFileHead(to, at, looked);
  to.bytes.set(content, end);
  return end + content.length;
}

/** A file at a place in what a COLLECT gave, which ends at `end`. Throws RangeError past that. */
export function decodeFile(
  bytes: Buffer,
  at: number,
  end: number,
): { readonly stamp: Stamp; readonly content: Uint8Array } {
  const start = at + headLength + bytes.readUInt16LE(at + nameLengthAt);
  const size = bytes.readUInt32LE(at + sizeAt);
  if (start + size > end) throw new RangeError("a file past the end of its frame");
  const stamp = bytes.readUInt32LE(at + expectedAt) + bytes.readUInt32LE(at + expectedAt + 4) * 0x1_0000_0000;
  return { stamp, content: new Uint8Array(bytes.buffer, bytes.byteOffset + start, size) };
}

const nameLengthAt = 13;
const expectedAt = 15;
const sizeAt = 23;
const mtimeAt = 31;

/** Head and texts of a request; returns where they end. */
function writeHead({ bytes, view }: Writable, at: number, id: number, request: Request): number {
  const { type, path = "", name = "", mode = 0, expected = 0, size = 0, mtimeNs = 0n, content } = request;
  const pathLength = writeText(bytes, path, at + headLength);
  const nameLength = writeText(bytes, name, at + headLength + pathLength);
  const end = at + headLength + pathLength + nameLength;
  view.setUint32(at, end - at - 4 + (content?.length ?? 0), true);
  view.setUint8(at + 4, requestType[type]);
  view.setUint32(at + 5, id, true);
  view.setUint16(at + 9, mode, true);
  view.setUint16(at + 11, pathLength, true);
  view.setUint16(at + nameLengthAt, nameLength, true);
  setU64(view, at + expectedAt, expected);
  setU64(view, at + sizeAt, size);
  view.setBigInt64(at + mtimeAt, mtimeNs, true);
  return end;
}

function roomFor(text: string): number {
  return Math.min(3 * text.length, mostText);
}

/** Returns its length in bytes. */
function writeText(bytes: Buffer, text: string, at: number): number {
  if (text === "") return 0;
  const length = Math.min(Buffer.byteLength(text), mostText);
  // one that is too long is refused by the agent, not cut
  if (bytes.write(text, at, length) < length) bytes.fill("/", at, at + length);
  return length;
}

/** `anything` is all ones. */
function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x1_0000_0000, true);
  view.setInt32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
