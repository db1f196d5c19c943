import { hash } from "node:crypto";
import { expect, it } from "vitest";
import { createContents } from "../../../src/sync/contents.ts";
import { createLimit } from "../../../src/sync/limit.ts";
import type { Stat } from "../../../src/sync/side.ts";
import { createMemorySide } from "../../support/memory-side.ts";

it("keeps apart what a side reads into the same memory, one file after another", async () => {
  const memory = Buffer.alloc(8);
  const readSmall = (path: string) => memory.subarray(0, memory.write(path));
  const contents = createContents({ ...createMemorySide({ name: "host" }), readSmall }, createLimit(8));
  const stat = { kind: "file", size: 3, stamp: 1 } as Stat;
  const paths = ["a", "bb", "ccc"];
  expect(await Promise.all(paths.map((path) => contents.hash(path, 1, stat)))).toEqual(
    paths.map((path) => hash("sha256", path, "base64")),
  );
  const taken = await Promise.all(paths.map((path) => contents.take(path, stat)));
  expect(taken.map((bytes) => Buffer.from(bytes).toString())).toEqual(paths);
});
