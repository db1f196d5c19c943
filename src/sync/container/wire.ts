/**
 * What is said between `container/channel.ts` and `agent/agent.c`: frames of u32 length of the rest, u8 type,
 * u32 id, payload; little-endian. A reply carries the id of its request; id 0 is told without being asked.
 */
import type { Path } from "../entry.ts";
import type { NewFile, Stamp } from "../side.ts";

export const wireVersion = 1;

/** Bytes of one frame after its length; the agent ends when a longer one comes. */
export const largestFrame = 1_048_576 + 64;
/** Bytes of content that go into one frame. */
export const largestPiece = 262_144;
export const headerLength = 9;

export const requestType = {
  hello: 1,
  list: 2,
  stat: 3,
  read: 4,
  hash: 5,
  write: 6,
  abort: 7,
  makeFolder: 8,
  makeLink: 9,
  remove: 10,
  setMode: 11,
  touch: 12,
  move: 13,
  forget: 14,
  barrier: 15,
  sync: 16,
  ping: 17,
  credit: 18,
  /** Content of a WRITE. */
  data: 130,
} as const;

export const replyType = {
  ok: 128,
  failed: 129,
  /** Content of a READ. */
  data: 130,
  events: 131,
  overflow: 132,
  unwatched: 133,
  /** Part of a LIST. */
  children: 134,
} as const;

/** One request to the agent, without its id. */
export type Request =
  | { readonly type: "hello"; readonly uid: number; readonly gid: number }
  | { readonly type: "list" | "stat" | "forget"; readonly path: Path }
  | { readonly type: "barrier" | "sync" | "ping" | "abort" }
  /** `credit`: bytes that may be sent before more of them are asked for with a request `credit`. */
  | { readonly type: "read"; readonly path: Path; readonly expected: Stamp; readonly credit: number }
  | { readonly type: "credit"; readonly bytes: number }
  | { readonly type: "hash"; readonly path: Path; readonly expected: Stamp }
  /** What follows of the content comes as `data`. */
  | { readonly type: "write"; readonly path: Path; readonly file: NewFile; readonly start: Uint8Array }
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "makeFolder" | "setMode"; readonly path: Path; readonly mode: number }
  | { readonly type: "makeLink"; readonly path: Path; readonly target: string; readonly expected: Stamp | undefined }
  | { readonly type: "remove"; readonly path: Path; readonly kind: RemovedKind; readonly expected: Stamp }
  | { readonly type: "touch"; readonly path: Path; readonly mtimeNs: bigint; readonly expected: Stamp }
  | { readonly type: "move"; readonly from: Path; readonly to: Path };

type RemovedKind = "file" | "folder" | "link";

/** A request as bytes: what may be sent together is in one buffer, content stands as it was given. */
export function encodeRequest(id: number, request: Request): readonly Uint8Array[] {
  const room = headerLength + mostOfTexts(request) + mostBeside;
  const out: Writer = { bytes: Buffer.allocUnsafe(room), at: headerLength };
  const content = writePayload(out, request);
  out.bytes.writeUInt32LE(out.at - 4 + (content?.length ?? 0));
  out.bytes.writeUInt8(requestType[request.type], 4);
  out.bytes.writeUInt32LE(id, 5);
  const start = out.bytes.subarray(0, out.at);
  return content === undefined || content.length === 0 ? [start] : [start, content];
}

interface Writer {
  readonly bytes: Buffer;
  at: number;
}

/** Bytes of what is no text in any request, with the lengths of texts. */
const mostBeside = 64;
/** The longest text. */
const mostText = 0xffff;

function mostOfTexts(request: Request): number {
  const texts = [
    "path" in request ? request.path : "",
    "target" in request ? request.target : "",
    "from" in request ? request.from : "",
    "to" in request ? request.to : "",
  ];
  return texts.reduce((sum, { length }) => sum + Math.min(3 * length, mostText), 0);
}

/** Returns the content, which comes after it. */
function writePayload(out: Writer, request: Request): Uint8Array | undefined {
  switch (request.type) {
    case "hello":
      u32(out, wireVersion);
      u32(out, request.uid);
      u32(out, request.gid);
      return undefined;
    case "barrier":
    case "sync":
    case "ping":
    case "abort":
      return undefined;
    case "credit":
      u32(out, request.bytes);
      return undefined;
    case "data":
      return request.bytes;
    case "move":
      text(out, request.from);
      text(out, request.to);
      return undefined;
    default:
      text(out, request.path);
      return writeRest(out, request);
  }
}

/** What comes after the path. */
function writeRest(out: Writer, request: Extract<Request, { readonly path: Path }>): Uint8Array | undefined {
  switch (request.type) {
    case "read":
      stamp(out, request.expected);
      u32(out, request.credit);
      break;
    case "hash":
      stamp(out, request.expected);
      break;
    case "write":
      newFile(out, request.file);
      return request.start;
    case "makeFolder":
    case "setMode":
      u16(out, request.mode);
      break;
    case "makeLink":
      stamp(out, request.expected);
      text(out, request.target);
      break;
    case "remove":
      out.at = out.bytes.writeUInt8(["file", "folder", "link"].indexOf(request.kind), out.at);
      stamp(out, request.expected);
      break;
    case "touch":
      i64(out, request.mtimeNs);
      stamp(out, request.expected);
      break;
  }
  return undefined;
}

function newFile(out: Writer, { mode, mtimeNs, size, expected }: NewFile): void {
  u16(out, mode);
  i64(out, mtimeNs);
  stamp(out, expected);
  u64(out, size);
}

function text(out: Writer, value: string): void {
  // one that is too long is refused by the agent, not cut
  const length = Math.min(Buffer.byteLength(value), mostText);
  u16(out, length);
  if (out.bytes.write(value, out.at, length) < length) out.bytes.fill("/", out.at, out.at + length);
  out.at += length;
}

/** 0: nothing may stand there. */
function stamp(out: Writer, value: Stamp | undefined): void {
  u64(out, value ?? 0);
}

function u16(out: Writer, value: number): void {
  out.at = out.bytes.writeUInt16LE(value, out.at);
}

function u32(out: Writer, value: number): void {
  out.at = out.bytes.writeUInt32LE(value, out.at);
}

function u64(out: Writer, value: number): void {
  u32(out, value % 0x1_0000_0000);
  u32(out, Math.floor(value / 0x1_0000_0000));
}

function i64(out: Writer, value: bigint): void {
  out.at = out.bytes.writeBigInt64LE(value, out.at);
}
