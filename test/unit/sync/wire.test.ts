import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitFrames } from "../../../src/sync/container/frames.ts";
import {
  decodeChildren,
  decodeEvents,
  decodeFailure,
  decodeFolder,
  decodePlaced,
  decodeStat,
} from "../../../src/sync/container/replies.ts";
import { anything, encodeRequest, replyType, requestType } from "../../../src/sync/container/wire.ts";

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
        expect(split(cut(stream, sizes))).toEqual(sent);
      }),
    );
  });

  it("do so too where each chunk comes in the same memory", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (sent, sizes) => {
        const memory = Buffer.alloc(700);
        const taken: Frame[] = [];
        const onFrame = (type: number, id: number, payload: Buffer) =>
          void taken.push({ type, id, payload: Buffer.from(payload) });
        const take = splitFrames(onFrame, { isMemoryShared: true });
        for (const chunk of cut(Buffer.concat(sent.map(encode)), sizes)) {
          take(memory.subarray(0, chunk.copy(memory)));
          memory.fill("?");
        }
        expect(taken).toEqual(sent);
      }),
    );
  });

  it("are handed on without a copy where they come as a whole", () => {
    const chunk = encode({ type: replyType.ok, id: 7, payload: Buffer.alloc(1_000, "x") });
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
    isLate: fc.boolean(),
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
    const stat = {
      kind: "file",
      mode: 0o644,
      size: 1,
      mtimeNs: 2n,
      stamp: 3,
      inode: 4,
      isFresh: false,
      isLate: true,
      target: "",
    };
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
        for (const decode of [
          decodeStat,
          decodePlaced,
          decodeFolder,
          decodeEvents,
          (part: Buffer) => decodeChildren(part, new Map()),
        ]) {
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
    { errno: 17, kind: "changed", message: "`a/b` is not what it was" },
    { errno: 39, kind: "changed", message: "`a/b` is not what it was" },
    { errno: 2, kind: "missing", message: "`a/b` is not there, or the folder above it" },
    { errno: 28, kind: "problem", message: "ENOSPC: no space left on the disk" },
    { errno: 200, kind: "problem", message: "error 200" },
  ])("that says no is an error: $message ($errno)", ({ errno, kind, message }) => {
    expect(decodeFailure(Buffer.from([errno, 0, 0, 0]), "a/b")).toMatchObject({ kind, message, errno });
  });
});

describe("a request", () => {
  it("has all its fields at the places where the agent reads them", () => {
    const content = Buffer.from("abc");
    const request = {
      type: "write",
      path: "ä",
      name: ".n",
      mode: 0o1644,
      expected: 7,
      size: 2 ** 33,
      mtimeNs: -1n,
    } as const;
    const [head, rest] = encodeRequest(0x0102_0304, { ...request, content });
    expect(rest).toBe(content);
    const fields = [
      ...["2a000000", "05", "04030201", "a403", "0200", "0200"],
      ...["0700000000000000", "0000000002000000", "ffffffffffffffff"],
      ...["c3a4", "2e6e"],
    ];
    expect(Buffer.from(head ?? []).toString("hex")).toBe(fields.join(""));
  });

  it("stands for nothing, or for anything, where it expects no stamp", () => {
    const stampOf = (expected: number | undefined) =>
      Buffer.concat(encodeRequest(1, { type: "remove", path: "f", expected })).toString("hex", 15, 23);
    expect([undefined, 0, anything].map(stampOf)).toEqual(["0".repeat(16), "0".repeat(16), "f".repeat(16)]);
  });

  it("of any kind is as long as it says", () => {
    const texts = fc.string({ unit: "binary", maxLength: 70_000 });
    const types = fc.constantFrom(...(Object.keys(requestType) as (keyof typeof requestType)[]));
    fc.assert(
      fc.property(types, texts, texts, fc.uint8Array(), (type, path, name, content) => {
        const frame = Buffer.concat(encodeRequest(9, { type, path, name, content }));
        expect(frame.readUInt32LE()).toBe(frame.length - 4);
        expect(frame.readUInt8(4)).toBe(requestType[type]);
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
  const take = splitFrames((type, id, payload) => taken.push({ type, id, payload }));
  for (const chunk of chunks) take(chunk);
  return taken;
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
  readonly isLate: boolean;
  readonly target: string;
}

function encodeStat({ kind, mode, size, mtimeNs, stamp, inode, isFresh, isLate, target }: AnyStat): Buffer {
  const bytes = Buffer.alloc(36);
  bytes.writeUInt8(["file", "folder", "link", "other"].indexOf(kind));
  bytes.writeUInt16LE(mode, 1);
  bytes.writeBigUInt64LE(BigInt(size), 3);
  bytes.writeBigInt64LE(mtimeNs, 11);
  bytes.writeBigUInt64LE(BigInt(stamp), 19);
  bytes.writeBigUInt64LE(BigInt(inode), 27);
  bytes.writeUInt8((isFresh ? 1 : 0) + (isLate ? 2 : 0), 35);
  return kind === "link" ? Buffer.concat([bytes, text(target)]) : bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
