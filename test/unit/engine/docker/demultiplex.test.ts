import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demultiplex, splitFrames } from "../../../../src/engine/docker/demultiplex.ts";

const explain = async (error: unknown) => new Error("explained", { cause: error });

describe("splitFrames", () => {
  it("gives the same output however the connection cuts the frames", () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(frames, cuts, (sent, sizes) => {
        const got: Record<number, Buffer[]> = { 1: [], 2: [] };
        const split = splitFrames((type, part) => got[type]?.push(part));
        for (const chunk of cut(Buffer.concat(sent.map(([type, payload]) => frame(type, payload))), sizes))
          split(chunk);
        for (const type of [1, 2]) {
          const expected = sent.filter(([sentType]) => sentType === type).map(([, payload]) => payload);
          expect(Buffer.concat(got[type] ?? [])).toEqual(Buffer.concat(expected));
        }
      }),
    );
  });

  it("hands payloads on without copying them", () => {
    const chunk = frame(1, Buffer.from("hello"));
    splitFrames((_type, part) => expect(part.buffer).toBe(chunk.buffer))(chunk);
    expect.assertions(1);
  });
});

describe("demultiplex", () => {
  it("keeps stdout and stderr apart and ends both with the connection", async () => {
    const source = new PassThrough();
    const { stdout, stderr } = demultiplex(source, { explain });
    source.end(Buffer.concat([frame(1, Buffer.from("out")), frame(2, Buffer.from("err")), frame(1, Buffer.from("!"))]));
    expect(await Promise.all([text(stdout), text(stderr)])).toEqual(["out!", "err"]);
  });

  it("passes a terminal's output through and ends stderr at once", async () => {
    const source = new PassThrough();
    const { stdout, stderr } = demultiplex(source, { raw: true, explain });
    expect(await text(stderr)).toBe("");
    source.end("\u0001\u0000 plain");
    expect(await text(stdout)).toBe("\u0001\u0000 plain");
  });

  it("stops reading while nobody takes the output, and goes on when somebody does", async () => {
    const source = new PassThrough();
    const { stdout } = demultiplex(source, { explain });
    for (let index = 0; index < 10; index += 1) source.write(frame(1, Buffer.alloc(65_536, "x")));
    await new Promise(setImmediate);
    expect(source.isPaused()).toBe(true);
    source.end();
    expect((await text(stdout)).length).toBe(655_360);
  });

  it.each([
    { how: "breaks", end: (source: PassThrough) => source.destroy(new Error("broken")) },
    { how: "closes before its end", end: (source: PassThrough) => source.destroy() },
  ])("fails on both streams when the connection $how", async ({ end }) => {
    const source = new PassThrough();
    const { stdout, stderr } = demultiplex(source, { explain });
    const results = Promise.all([text(stdout), text(stderr)].map((result) => result.catch((error) => error.message)));
    end(source);
    expect(await results).toEqual(["explained", "explained"]);
  });

  it("ends both streams when the break turns out to be the end", async () => {
    const source = new PassThrough();
    const { stdout, stderr, ended } = demultiplex(source, { explain: async () => undefined });
    source.write(frame(1, Buffer.from("all")));
    await new Promise(setImmediate);
    source.destroy(new Error("reset"));
    expect(await Promise.all([text(stdout), text(stderr), ended])).toEqual(["all", "", undefined]);
  });

  it("lets go of the connection once neither stream is wanted", async () => {
    const source = new PassThrough();
    const { stdout, stderr } = demultiplex(source, { explain });
    stdout.destroy();
    await new Promise(setImmediate);
    expect(source.destroyed).toBe(false);
    stderr.destroy();
    await new Promise(setImmediate);
    expect(source.destroyed).toBe(true);
  });
});

function frame(type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

function cut(data: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let offset = 0; offset < data.length; ) {
    const size = sizes[chunks.length % sizes.length] ?? 1;
    chunks.push(data.subarray(offset, offset + size));
    offset += size;
  }
  return chunks;
}
