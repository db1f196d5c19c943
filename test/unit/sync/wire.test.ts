import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitFrames } from "../../../src/sync/container/frames.ts";
import { decodeChildren, decodeEvents, decodeFailure, decodeStat } from "../../../src/sync/container/replies.ts";
import { encodeRequest, replyType, requestType } from "../../../src/sync/container/wire.ts";

interface Frame {
  readonly type: number;
  readonly id: number;
  readonly payload: Buffer;
}

const frames = fc.array(
  fc.record({
    type: fc.constantFrom(...Object.values(replyType)),
    id: fc.integer({ min: 0, max: 0xffff_ffff }),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 12 },
);

describe("frames of the agent", () => {
  it("come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (sent, sizes) => {
        const stream = Buffer.concat(sent.map(encode));
        const expected = sent.filter(({ type, payload }) => type !== replyType.data || payload.length > 0);
        expect(join(split(cut(stream, sizes)))).toEqual(join(expected));
      }),
    );
  });

  it("hand on content without a copy", () => {
    const chunk = Buffer.concat([encode({ type: replyType.data, id: 7, payload: Buffer.alloc(1_000, "x") })]);
    const [piece] = split([chunk]);
    expect(piece?.payload.buffer).toBe(chunk.buffer);
    expect(piece?.payload.byteOffset).toBe(chunk.byteOffset + 9);
  });

  it("are refused when they are none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), (rest) => {
        expect(() => split([Buffer.from([rest, 0, 0, 0, 0, 0, 0, 0, 0])])).toThrow(`a frame of ${rest} bytes`);
      }),
    );
    expect(() => split([Buffer.alloc(9, 0xff)])).toThrow("a frame of 4294967295 bytes");
  });
});

describe("a reply", () => {
  const stats = fc.record({
    kind: fc.constantFrom("file", "folder", "link", "other"),
    mode: fc.integer({ min: 0, max: 0o777 }),
    size: fc.maxSafeNat(),
    mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    stamp: fc.maxSafeNat(),
    inode: fc.maxSafeNat(),
    isFresh: fc.boolean(),
    target: fc.string({ unit: "binary" }),
  });

  it("holds any stat", () => {
    fc.assert(
      fc.property(stats, ({ target, ...stat }) => {
        const whole = stat.kind === "link" ? { ...stat, target } : stat;
        expect(decodeStat(encodeStat({ ...stat, target }))).toEqual(whole);
      }),
    );
  });

  it("holds children by name, and says what is wrong with some", () => {
    const stat = { kind: "file", mode: 0o644, size: 1, mtimeNs: 2n, stamp: 3, inode: 4, isFresh: false, target: "" };
    const children = new Map();
    const denied = Buffer.concat([text("closed"), Buffer.from([255, 13, 0, 0, 0])]);
    const bad = Buffer.concat([Buffer.from([4, 0, 0x62, 0x61, 0x64, 0xff]), encodeStat(stat)]);
    decodeChildren(Buffer.concat([text("one"), encodeStat(stat), denied]), children);
    decodeChildren(Buffer.concat([bad, text("\uFFFD"), encodeStat(stat)]), children);
    const { target: _none, ...told } = stat;
    expect([...children]).toEqual([
      ["one", told],
      ["closed", "EACCES: permission denied"],
      ["bad\uFFFD", "its name is not UTF-8"],
      ["\uFFFD", told],
    ]);
  });

  it("that is cut short is no reply, whatever it holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const payload = Buffer.from(bytes);
        for (const decode of [decodeStat, decodeEvents, (part: Buffer) => decodeChildren(part, new Map())]) {
          try {
            decode(payload);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        }
      }),
    );
  });

  it.each([
    { bytes: [1, 0, 0, 0, 0], kind: "changed", message: "`a/b` is not what it was" },
    { bytes: [2, 0, 0, 0, 0], kind: "missing", message: "`a/b` is not there, or the folder above it" },
    { bytes: [3, 28, 0, 0, 0], kind: "problem", message: "ENOSPC: no space left on the disk" },
    { bytes: [3, 200, 0, 0, 0], kind: "problem", message: "error 200" },
  ])("that says no is an error: $message", ({ bytes, kind, message }) => {
    expect(decodeFailure(Buffer.from(bytes), "a/b")).toMatchObject({ kind, message });
  });
});

describe("a request", () => {
  const file = { mode: 0o644, mtimeNs: 5n, size: 3, expected: undefined };

  it("has its length, type and id before what it holds", () => {
    expect(Buffer.concat(encodeRequest(0x0102_0304, { type: "list", path: "ä" })).toString("hex")).toBe(
      "09000000" + "02" + "04030201" + "0200c3a4",
    );
  });

  it("holds its content as it was given, not a copy", () => {
    const content = Buffer.from("abc");
    const [head, rest] = encodeRequest(1, { type: "write", path: "f", file, start: content });
    expect(rest).toBe(content);
    expect(Buffer.from(head ?? []).toString("hex")).toBe(
      "25000000" +
        "06" +
        "01000000" +
        "0100" +
        "66" +
        "a401" +
        "0500000000000000" +
        "0".repeat(16) +
        "0300000000000000",
    );
  });

  it("of any kind is as long as it says", () => {
    const paths = fc.string({ unit: "binary", maxLength: 70_000 });
    fc.assert(
      fc.property(paths, fc.maxSafeNat(), fc.uint8Array(), (path, expected, bytes) => {
        const requests = [
          { type: "hello", uid: 1, gid: 2 },
          { type: "stat", path },
          { type: "read", path, expected, credit: 5 },
          { type: "hash", path, expected },
          { type: "write", path, file: { ...file, expected }, start: bytes },
          { type: "data", bytes },
          { type: "makeFolder", path, mode: 0o755 },
          { type: "makeLink", path, target: path, expected },
          { type: "remove", path, kind: "link", expected },
          { type: "touch", path, mtimeNs: -1n, expected },
          { type: "move", from: path, to: path },
          { type: "barrier" },
        ] as const;
        for (const request of requests) {
          const frame = Buffer.concat(encodeRequest(9, request));
          expect(frame.readUInt32LE()).toBe(frame.length - 4);
          expect(frame.readUInt8(4)).toBe(requestType[request.type]);
        }
      }),
    );
  });
});

function encode({ type, id, payload }: Frame): Buffer {
  const header = Buffer.alloc(9);
  header.writeUInt32LE(payload.length + 5);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(id, 5);
  return Buffer.concat([header, payload]);
}

function split(chunks: readonly Buffer[]): readonly Frame[] {
  const taken: Frame[] = [];
  const take = splitFrames({
    onData: (id, payload) => taken.push({ type: replyType.data, id, payload }),
    onFrame: (type, id, payload) => taken.push({ type, id, payload }),
  });
  for (const chunk of chunks) take(chunk);
  return taken;
}

/** Content may come in any pieces: neighbours of one id are one. */
function join(taken: readonly Frame[]): readonly string[] {
  const joined: { type: number; id: number; bytes: string }[] = [];
  for (const { type, id, payload } of taken) {
    const last = joined.at(-1);
    if (type === replyType.data && last?.type === type && last.id === id) last.bytes += payload.toString("hex");
    else joined.push({ type, id, bytes: payload.toString("hex") });
  }
  return joined.map(({ type, id, bytes }) => `${type} ${id} ${bytes}`);
}

function cut(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = sizes[chunks.length % sizes.length] ?? 1;
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

interface AnyStat {
  readonly kind: string;
  readonly mode: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly stamp: number;
  readonly inode: number;
  readonly isFresh: boolean;
  readonly target: string;
}

function encodeStat({ kind, mode, size, mtimeNs, stamp, inode, isFresh, target }: AnyStat): Buffer {
  const bytes = Buffer.alloc(36);
  bytes.writeUInt8(["file", "folder", "link", "other"].indexOf(kind));
  bytes.writeUInt16LE(mode, 1);
  bytes.writeBigUInt64LE(BigInt(size), 3);
  bytes.writeBigInt64LE(mtimeNs, 11);
  bytes.writeBigUInt64LE(BigInt(stamp), 19);
  bytes.writeBigUInt64LE(BigInt(inode), 27);
  bytes.writeUInt8(isFresh ? 1 : 0, 35);
  return kind === "link" ? Buffer.concat([bytes, text(target)]) : bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
