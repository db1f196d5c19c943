import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import type { LayerEntry } from "../../../../src/host/saved-image/entry.ts";
import { readLayer } from "../../../../src/host/saved-image/read-layer.ts";
import { layerTar } from "../../../../src/host/saved-image/write-layer.ts";

const root = { uid: 0, gid: 0 };
const hello = { size: 5, sha256: sha256("hello") };
const long = `/${"ä".repeat(60)}/${"x".repeat(120)}`;
const entries: readonly LayerEntry[] = [
  { path: "/", kind: "folder", mode: 0o755, ...root },
  { path: "/a", kind: "folder", mode: 0o1777, uid: 1000, gid: 4_000_000_000 },
  { path: "/a/empty", kind: "file", mode: 0o644, ...root, size: 0, sha256: sha256("") },
  { path: "/a/file", kind: "file", mode: 0o4755, ...root, ...hello },
  { path: "/a/hard", kind: "hard-link", mode: 0o4755, ...root, target: "/a/file" },
  { path: "/a/link", kind: "link", mode: 0o777, ...root, target: "../größe" },
  {
    path: "/caps",
    kind: "file",
    mode: 0o755,
    ...root,
    xattrs: {
      "security.capability": "0x0100000280000000ff0a3d00",
      "user.text": "base64 = text",
    },
    ...hello,
  },
  { path: "/null", kind: "character-device", mode: 0o666, ...root, device: [1, 3] },
  { path: "/pipe", kind: "fifo", mode: 0o600, ...root },
  { path: long, kind: "file", mode: 0o644, ...root, ...hello },
  { path: `${long}-hard`, kind: "hard-link", mode: 0o644, ...root, target: long },
];

async function* content() {
  yield Buffer.from("hel");
  yield Buffer.from("lo");
}

const write = (given: readonly LayerEntry[]) => buffer(layerTar(given, content));

it("writes entries as the same bytes on every machine, which read as those entries", async () => {
  const tar = await write(entries);
  expect(sha256(tar)).toBe("e8064a556f4a7a39b4e40597f823184bff61c6fe4d747df535c88517fa40737e");
  expect((await readLayer(Readable.from([tar]))).entries).toEqual(entries);
  const bytewise = Readable.from([...tar.subarray()].map((byte) => Buffer.of(byte)));
  expect((await readLayer(bytewise)).entries).toEqual(entries);
});

it("refuses names that it cannot write as they are", async () => {
  const entry: LayerEntry = { path: "/a\uFFFD", kind: "fifo", mode: 0, ...root };
  await expect(write([entry])).rejects.toThrow("the name of `/a\uFFFD`, or its target, is not UTF-8");
});

it("tells a tar that is cut short or damaged", async () => {
  const tar = await write(entries);
  const read = (bytes: Buffer) => readLayer(Readable.from([bytes]));
  await expect(read(tar.subarray(0, 700))).rejects.toThrow("it is cut short");
  await expect(read(tar.subarray(0, 512 * 4 + 3))).rejects.toThrow("it is cut short");
  const damaged = Buffer.from(tar);
  damaged[0] = 0x41;
  await expect(read(damaged)).rejects.toThrow("it has a damaged header");
});
