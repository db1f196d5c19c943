import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Header, pack } from "tar-stream";
import { expect, it } from "vitest";
import { readLayer } from "../../../../src/host/saved-image/read-layer.ts";

type Entry = readonly [Partial<Header> & { readonly name: string }, (string | Buffer)?];

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content ?? "");
  archive.finalize();
  return asPax(await buffer(archive));
}

/** The library writes no pax headers with values that are not text: turn contiguous files into them. */
function asPax(data: Buffer): Buffer {
  for (let at = 0; at < data.length; at += 512) {
    if (data.toString("latin1", at + 257, at + 262) !== "ustar" || data[at + 156] !== "7".charCodeAt(0)) continue;
    const sum = Number.parseInt(data.toString("latin1", at + 148, at + 155), 8);
    data.write("x", at + 156);
    data.write((sum + "x".charCodeAt(0) - "7".charCodeAt(0)).toString(8).padStart(6, "0"), at + 148);
  }
  return data;
}

/** A pax header for the entry after it; its values need not be text. */
function records(values: Readonly<Record<string, string | Buffer>>): Entry {
  const parts = Object.entries(values).map(([name, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${name}=`), Buffer.from(value), Buffer.from("\n")]);
    const digits = [1, 2, 3, 4].find((count) => String(rest.length + count).length === count) ?? 0;
    return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
  });
  return [{ name: "pax", type: "contiguous-file" }, Buffer.concat(parts)];
}

async function* pieces(data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < data.length; start += size) yield data.subarray(start, start + size);
}

const capability = (last: number) => Buffer.from([1, 0, 0, 2, 0, 0x20, 0, 0, 0x0a, 0, 0, 0, 0x80, last]);

it("tells values apart whose bytes are no text", async () => {
  const { entries } = await readLayer(
    Readable.from([
      await tar([
        records({ "SCHILY.xattr.security.capability": capability(0xfe) }),
        [{ name: "a" }, "a"],
        records({ "SCHILY.xattr.security.capability": capability(0xff) }),
        [{ name: "b" }, "b"],
      ]),
    ]),
  );
  expect(entries.map(({ path, xattrs }) => [path, xattrs])).toEqual([
    ["/a", { "security.capability": "0x01000002002000000a00000080fe" }],
    ["/b", { "security.capability": "0x01000002002000000a00000080ff" }],
  ]);
});

it("gives text as it is, and to no other value the same", async () => {
  const value = (name: string) => `SCHILY.xattr.user.${name}`;
  const header = records({
    [value("ünï")]: "cödé",
    [value("hex")]: "0x41",
    [value("end")]: "a\n",
    [value("none")]: "",
  });
  const { entries } = await readLayer(Readable.from([await tar([header, [{ name: "a" }]])]));
  const [entry] = entries;
  expect(entry?.xattrs).toEqual({
    "user.ünï": "cödé",
    "user.hex": "0x30783431",
    "user.end": "0x610a",
    "user.none": "",
  });
});

it("keeps the attributes with their entry, however the tar is cut and whatever else is in it", async () => {
  const long = `${"long/".repeat(60)}name`;
  const data = await tar([
    [{ name: "folder", type: "directory" }],
    [{ name: "big" }, Buffer.alloc(3000, "x")],
    records({ path: long, size: "5", "SCHILY.xattr.user.one": "1" }),
    [{ name: "short" }, "12345"],
    [{ name: `${long}er` }, "after"],
    records({ "SCHILY.xattr.user.two": "2" }),
    [{ name: "link", type: "symlink", linkname: "big" }],
    [{ name: "last" }, Buffer.alloc(512, "y")],
  ]);
  for (const size of [1, 7, 511, 512, 513, 4096, data.length]) {
    const { entries } = await readLayer(pieces(data, size));
    expect(entries.map(({ path, xattrs }) => [path, xattrs])).toEqual([
      ["/folder", undefined],
      ["/big", undefined],
      [`/${long}`, { "user.one": "1" }],
      [`/${long}er`, undefined],
      ["/link", { "user.two": "2" }],
      ["/last", undefined],
    ]);
  }
});
