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
  const [head, content] = encodePayload(request);
  const header = Buffer.allocUnsafe(headerLength);
  header.writeUInt32LE(headerLength - 4 + head.length + (content?.length ?? 0));
  header.writeUInt8(requestType[request.type], 4);
  header.writeUInt32LE(id, 5);
  const start = Buffer.concat([header, head]);
  return content === undefined || content.length === 0 ? [start] : [start, content];
}

const nothing = Buffer.alloc(0);

function encodePayload(request: Request): readonly [Buffer, Uint8Array?] {
  switch (request.type) {
    case "hello":
      return [Buffer.concat([u32(wireVersion), u32(request.uid), u32(request.gid)])];
    case "barrier":
    case "sync":
    case "ping":
    case "abort":
      return [nothing];
    case "credit":
      return [u32(request.bytes)];
    case "data":
      return [nothing, request.bytes];
    case "write":
      return [Buffer.concat([text(request.path), newFile(request.file)]), request.start];
    case "move":
      return [Buffer.concat([text(request.from), text(request.to)])];
    default:
      return [Buffer.concat([text(request.path), encodeRest(request)])];
  }
}

type PathRequest = Extract<Request, { readonly path: Path }>;

/** What comes after the path. */
function encodeRest(request: Exclude<PathRequest, { readonly type: "write" }>): Buffer {
  switch (request.type) {
    case "list":
    case "stat":
    case "forget":
      return nothing;
    case "read":
      return Buffer.concat([stamp(request.expected), u32(request.credit)]);
    case "hash":
      return stamp(request.expected);
    case "makeFolder":
    case "setMode":
      return u16(request.mode);
    case "makeLink":
      return Buffer.concat([stamp(request.expected), text(request.target)]);
    case "remove":
      return Buffer.concat([Buffer.of(["file", "folder", "link"].indexOf(request.kind)), stamp(request.expected)]);
    case "touch":
      return Buffer.concat([i64(request.mtimeNs), stamp(request.expected)]);
  }
}

function newFile({ mode, mtimeNs, size, expected }: NewFile): Buffer {
  return Buffer.concat([u16(mode), i64(mtimeNs), stamp(expected), u64(size)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  // one that is too long is refused by the agent, not cut
  if (bytes.length > 0xffff) return Buffer.concat([u16(0xffff), Buffer.alloc(0xffff, "/")]);
  return Buffer.concat([u16(bytes.length), bytes]);
}

/** 0: nothing may stand there. */
function stamp(value: Stamp | undefined): Buffer {
  return u64(value ?? 0);
}

function u16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32LE(value % 0x1_0000_0000);
  bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), 4);
  return bytes;
}

function i64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}
