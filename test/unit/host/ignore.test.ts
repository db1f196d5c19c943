import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseIgnore, readIgnore } from "../../../src/host/ignore.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

describe("parseIgnore", () => {
  it.each([
    ["a name at the root", "dist", "dist", true],
    ["what lies below an excluded folder", "dist", "dist/a/b.js", true],
    ["no deeper folder of that name", "dist", "packages/dist", false],
    ["any depth with `**`", "**/dist", "packages/a/dist/x", true],
    ["a leading slash as none", "/dist", "dist", true],
    ["a trailing slash as none", "dist/", "dist", true],
    ["`*` within one name only", "a*", "ab/c", true],
    ["`*` not across a slash", "src/*.ts", "src/deep/a.ts", false],
    ["the last matching pattern", "*\n!keep\nkeep", "keep", true],
    ["an exception", "logs\n!logs/keep.txt", "logs/keep.txt", false],
    ["a comment as nothing", "# dist", "dist", false],
    ["upper and lower case as different", "Dist", "dist", false],
    ["a byte order mark as nothing", "\uFEFFdist", "dist", true],
    ["Windows line ends", "dist\r\nlogs\r\n", "dist", true],
    ["characters special only to regular expressions", "c++(1){2}|x", "c++(1){2}|x", true],
    ["an escaped character literally", "\\*", "a", false],
    [".git as nothing special", "", ".git/config", false],
  ])("takes %s", (_description, text, path, expected) => {
    expect(parseIgnore(text).ignores(path)).toBe(expected);
  });

  it.each([
    ["no exception at all", "*", "dist", false],
    ["an exception elsewhere", "dist\nlogs\n!logs/keep", "dist", false],
    ["an exception below", "dist\n!dist/a/keep", "dist", true],
    ["an exception below a wildcard", "dist\n!*/keep", "dist", true],
    ["an exception at any depth", "dist\n!**/keep", "dist/a/b", true],
    ["an exception that ends above", "dist\n!README.md", "dist", false],
  ])("knows whether an excluded folder is worth reading: %s", (_description, text, folder, expected) => {
    expect(parseIgnore(text).mayHoldException(folder)).toBe(expected);
  });
});

describe("readIgnore", () => {
  it("does not wait for a pipe that nobody writes to", async () => {
    using folder = temporaryFolder();
    execFileSync("mkfifo", [join(folder.path, ".dockerignore")]);
    expect(await thrown(readIgnore(folder.path))).toEqual({
      code: "IGNORE_FILE_UNREADABLE",
      text: "`.dockerignore` could not be read: it is no regular file\n\nhint: put a text file in the place of `.dockerignore`, or remove it",
    });
  });

  it("excludes nothing in a project without the file", async () => {
    using folder = temporaryFolder();
    expect((await readIgnore(folder.path)).ignores("anything")).toBe(false);
  });

  it("names the line of a malformed pattern", async () => {
    using folder = temporaryFolder({ ".dockerignore": "dist\n\nlogs[a-\n" });
    expect(await thrown(readIgnore(folder.path))).toEqual({
      code: "IGNORE_FILE_INVALID",
      text: "The pattern `logs[a-` in `.dockerignore:3` is malformed\n\nhint: put a backslash before a character that is meant literally, as in `\\[`",
    });
  });
});
