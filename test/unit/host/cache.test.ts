import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withTemporaryFolder } from "../../../src/host/cache.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("removes its folder after success and after failure", async () => {
  using cache = temporaryFolder();
  const leave = async (folder: string) => writeFileSync(join(folder, "left"), "");
  await withTemporaryFolder(cache.path, leave);
  const fail = withTemporaryFolder(cache.path, async (folder) => {
    await leave(folder);
    throw new Error("broken");
  });
  await expect(fail).rejects.toThrow("broken");
  expect(readdirSync(join(cache.path, "tmp"))).toEqual([]);
});

it("removes what a killed process left long ago, and nothing that may be in use", async () => {
  using cache = temporaryFolder({ "tmp/old/x": "", "tmp/new/x": "" });
  utimesSync(join(cache.path, "tmp/old"), 1, 1);
  await withTemporaryFolder(cache.path, async () => {
    expect(existsSync(join(cache.path, "tmp/old"))).toBe(false);
    expect(existsSync(join(cache.path, "tmp/new/x"))).toBe(true);
  });
});
