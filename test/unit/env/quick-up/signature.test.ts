import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { signFolder, signPath } from "../../../../src/env/quick-up/signature.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const changes: readonly (readonly [string, (folder: string) => void])[] = [
  [
    "a file of the same size with its time set back",
    (folder) => {
      const file = join(folder, "a");
      const { atime, mtime } = statSync(file);
      writeFileSync(file, "two");
      utimesSync(file, atime, mtime);
    },
  ],
  [
    "a file that another one replaced, of the same size and time",
    (folder) => {
      const { atime, mtime } = statSync(join(folder, "a"));
      writeFileSync(join(folder, "b"), "one");
      utimesSync(join(folder, "b"), atime, mtime);
      renameSync(join(folder, "b"), join(folder, "a"));
    },
  ],
  ["a file of another mode", (folder) => chmodSync(join(folder, "a"), 0o600)],
  ["a file that is gone", (folder) => rmSync(join(folder, "a"))],
  [
    "a file that became a folder",
    (folder) => {
      rmSync(join(folder, "a"));
      mkdirSync(join(folder, "a"));
    },
  ],
];

describe("the signature of a path", () => {
  it.each(changes)("tells %s", async (_name, change) => {
    using folder = temporaryFolder({ a: "one" });
    const before = signPath(join(folder.path, "a")).text;
    await setTimeout(20);
    change(folder.path);
    expect(signPath(join(folder.path, "a")).text).not.toBe(before);
  });

  it("stays while nothing changes, also when the file is read", () => {
    using folder = temporaryFolder({ a: "one" });
    expect(signPath(join(folder.path, "a"))).toEqual(signPath(join(folder.path, "a")));
  });

  it("tells what appears, also below a folder that was not there", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "new/a");
    expect(signPath(path)).toEqual({ text: "absent", changedNs: [] });
    folder.write({ "new/a": "one" });
    expect(signPath(path).text).not.toBe("absent");
  });

  it("tells what a link leads to now", async () => {
    using folder = temporaryFolder({ one: "1", two: "2", link: { link: "one" } });
    const link = join(folder.path, "link");
    const before = signPath(link).text;
    await setTimeout(20);
    folder.write({ one: "3" });
    const edited = signPath(link).text;
    rmSync(link);
    symlinkSync("nowhere", link);
    expect(new Set([before, edited, signPath(link).text]).size).toBe(3);
  });

  it("tells an entry of a folder that came or went", async () => {
    using folder = temporaryFolder({ "sub/a": "one" });
    const before = signPath(join(folder.path, "sub")).text;
    await setTimeout(20);
    folder.write({ "sub/b": "two" });
    expect(signPath(join(folder.path, "sub")).text).not.toBe(before);
  });
});

it("gives a folder that was made anew another identity, and keeps it whatever is in it", () => {
  using folder = temporaryFolder({ "sub/a": "one" });
  const path = join(folder.path, "sub");
  const before = signFolder(path);
  folder.write({ "sub/b": "two" });
  expect(signFolder(path)).toBe(before);
  renameSync(path, `${path}-old`);
  mkdirSync(path);
  expect(signFolder(path)).not.toBe(before);
});
