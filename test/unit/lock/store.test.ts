import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyLockfile, lockfileName } from "../../../src/lock/lockfile.ts";
import { readLockfile, writeLockfile } from "../../../src/lock/store.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

it.each([
  ["a pipe that nobody writes to", (file: string) => execFileSync("mkfifo", [file]), "no regular file"],
  ["a folder", (file: string) => mkdirSync(file), "folder"],
  [
    "what is larger than any lock",
    (file: string) => {
      writeFileSync(file, "{");
      truncateSync(file, 66e6);
    },
    "it has 63 MB",
  ],
  ["what is no text", (file: string) => writeFileSync(file, Buffer.from("7b00ff", "hex")), "not UTF-8"],
])("refuses %s at once", async (_what, put, reason) => {
  using folder = temporaryFolder();
  put(join(folder.path, lockfileName));
  const error = await thrown(readLockfile(folder.path));
  expect(error.code).toBe("LOCK_UNREADABLE");
  expect(error.text).toContain(reason);
});

it("is not written into another folder, and a link that came meanwhile is replaced", async () => {
  using outside = temporaryFolder({ victim: "mine" });
  using folder = temporaryFolder({ sub: null, [lockfileName]: { link: "sub/victim" }, "sub/victim": "mine" });
  const { path: root } = folder;
  expect(await thrown(writeLockfile(root, emptyLockfile))).toMatchObject({ code: "LOCK_UNWRITABLE" });
  const file = join(root, lockfileName);
  unlinkSync(file);
  writeFileSync(file, "{}");
  let isOver = false;
  const planting = (async () => {
    while (!isOver) {
      await rm(file, { force: true });
      await symlink(join(outside.path, "victim"), file).catch(() => undefined);
    }
  })();
  for (let round = 0; round < 300; round++) await writeLockfile(root, emptyLockfile).catch(() => undefined);
  isOver = true;
  await planting;
  expect(readFileSync(join(outside.path, "victim"), "utf8")).toBe("mine");
});
