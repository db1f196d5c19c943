import { chmodSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findLeftovers, writeFileAtomic } from "../../../src/host/atomic-write.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("writes a new file and the folders above it, and leaves nothing beside", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a/b/file");
  expect(await writeFileAtomic(path, "text")).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("text");
  expect(readdirSync(join(folder.path, "a/b"))).toEqual(["file"]);
});

it("does not touch a file that holds the content already", async () => {
  using folder = temporaryFolder({ file: "text" });
  const path = join(folder.path, "file");
  const { ino, mtimeMs } = statSync(path);
  expect(await writeFileAtomic(path, Buffer.from("text"))).toBe(false);
  expect(statSync(path)).toMatchObject({ ino, mtimeMs });
});

it("keeps the mode of a file that it replaces", async () => {
  using folder = temporaryFolder({ file: "old" });
  const path = join(folder.path, "file");
  chmodSync(path, 0o640);
  await writeFileAtomic(path, "new");
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

it("sets the mode that is asked for", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file");
  await writeFileAtomic(path, "new", 0o666);
  expect(statSync(path).mode & 0o777).toBe(0o666);
});

it("writes through a link", async () => {
  using folder = temporaryFolder({ "real/file": "old", link: { link: "real/file" } });
  await writeFileAtomic(join(folder.path, "link"), "new");
  expect(lstatSync(join(folder.path, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder.path, "real/file"), "utf8")).toBe("new");
});

it("leaves nothing beside a target that cannot be replaced", async () => {
  using folder = temporaryFolder({ "taken/x": "" });
  await expect(writeFileAtomic(join(folder.path, "taken"), "new")).rejects.toThrow();
  expect(readdirSync(folder.path)).toEqual(["taken"]);
});

it("finds what killed writers of a file left, and nothing else", async () => {
  const left = [".file.0123456789ab.tmp", ".file.ba9876543210.tmp"];
  const others = [
    "file",
    ".file.tmp",
    ".file.more.0123456789ab.tmp",
    ".file.0123456789ab.tmp.txt",
    ".other.0123456789ab.tmp",
  ];
  using folder = temporaryFolder(Object.fromEntries([...left, ...others].map((name) => [name, ""])));
  const found = await findLeftovers(join(folder.path, "file"));
  expect([...found].sort()).toEqual(left.map((name) => join(folder.path, name)));
  expect(await findLeftovers(join(folder.path, "nowhere/file"))).toEqual([]);
});
