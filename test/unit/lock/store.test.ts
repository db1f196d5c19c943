import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lockfileName } from "../../../src/lock/lockfile.ts";
import { readLockfile } from "../../../src/lock/store.ts";
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
