import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Pack, pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { searchTar } from "../../../src/host/archive/search-tar.ts";

const needles = [
  { name: "TOKEN", bytes: Buffer.from("hunter2-hunter2") },
  { name: "PIN", bytes: Buffer.from("4711") },
];

async function search(fill: (tar: Pack) => void, chunkSize = 65_536) {
  const tar = pack();
  fill(tar);
  tar.finalize();
  const bytes = await buffer(tar);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, index) =>
    bytes.subarray(index * chunkSize, (index + 1) * chunkSize),
  );
  return searchTar(Readable.from(chunks), needles);
}

describe("searching a tar", () => {
  it("names each file and what it holds, and no other", async () => {
    const found = await search((tar) => {
      tar.entry({ name: "home/.npmrc" }, "token=hunter2-hunter2\n");
      tar.entry({ name: "home/both" }, "4711 hunter2-hunter2");
      tar.entry({ name: "home/near" }, "hunter2-hunter 471 1");
      tar.entry({ name: "home/empty" }, "");
    });
    expect(found).toEqual([
      { path: "home/.npmrc", needle: "TOKEN" },
      { path: "home/both", needle: "TOKEN" },
      { path: "home/both", needle: "PIN" },
    ]);
  });

  it.each([1, 2, 7, 15, 512, 700])("finds what stands across chunks of %d bytes", async (chunkSize) => {
    const found = await search((tar) => {
      tar.entry({ name: "a" }, `${"x".repeat(690)}hunter2-hunter2${"y".repeat(900)}`);
    }, chunkSize);
    expect(found).toEqual([{ path: "a", needle: "TOKEN" }]);
  });

  it("does not join the end of a file to the beginning of the next", async () => {
    const found = await search((tar) => {
      tar.entry({ name: "a" }, "hunter2-");
      tar.entry({ name: "b" }, "hunter2");
    });
    expect(found).toEqual([]);
  });

  it("names hard links too, and passes what has no content", async () => {
    const found = await search((tar) => {
      tar.entry({ name: "d", type: "directory" });
      tar.entry({ name: "d/a" }, "4711");
      tar.entry({ name: "d/hard", type: "link", linkname: "d/a" });
      tar.entry({ name: "d/soft", type: "symlink", linkname: "a" });
      tar.entry({ name: "d/pipe", type: "fifo" });
      tar.entry({ name: "d/tty", type: "character-device", devmajor: 5, devminor: 0 });
    });
    expect(found).toEqual([
      { path: "d/a", needle: "PIN" },
      { path: "d/hard", needle: "PIN" },
    ]);
  });

  it("finds bytes that are no text", async () => {
    const tar = pack();
    tar.entry({ name: "a" }, Buffer.from([0, 255, 0, 200, 0]));
    tar.finalize();
    const bytes = Buffer.from([255, 0, 200]);
    expect(await searchTar(Readable.from(tar), [{ name: "KEY", bytes }])).toEqual([{ path: "a", needle: "KEY" }]);
  });
});
