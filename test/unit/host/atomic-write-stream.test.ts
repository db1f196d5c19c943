import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeStreamAtomic } from "../../../src/host/atomic-write.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

async function* pieces(end: () => void = () => {}) {
  yield Buffer.from("one ");
  end();
  yield Buffer.from("two");
}

it("writes pieces to a file that is whole or not there, and leaves nothing beside it", async () => {
  using folder = temporaryFolder({ old: "old" });
  const fresh = join(folder.path, "new/file");
  expect(await writeStreamAtomic(fresh, pieces())).toBe(7);
  expect(readFileSync(fresh, "utf8")).toBe("one two");

  const old = join(folder.path, "old");
  const fail = () => {
    throw new Error("no more");
  };
  await expect(writeStreamAtomic(old, pieces(fail))).rejects.toThrow("no more");
  const abort = new AbortController();
  await expect(
    writeStreamAtomic(
      old,
      pieces(() => abort.abort()),
      abort.signal,
    ),
  ).rejects.toThrow("aborted");
  expect(readFileSync(old, "utf8")).toBe("old");
  expect(readdirSync(folder.path).sort()).toEqual(["new", "old"]);
  await expect(writeStreamAtomic(folder.path, pieces())).rejects.toThrow("EISDIR");
});
