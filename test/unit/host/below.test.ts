import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { rename, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFileBelow, makeFolderBelow, readFileInside, realPathInside } from "../../../src/host/below.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

describe("a place for what is mounted below the workspace", () => {
  it("is made with the folders above it, and left as it is where it is there", async () => {
    using folder = temporaryFolder({ "a/kept": "kept" });
    const root = folder.path;
    await makeFolderBelow({ root, path: "a/b/c" });
    await makeFolderBelow({ root, path: "a/b/c" });
    await makeFileBelow({ root, path: "x/y/file" });
    await makeFileBelow({ root, path: "a/kept" });
    expect(lstatSync(join(root, "a/b/c")).isDirectory()).toBe(true);
    expect(readFileSync(join(root, "x/y/file"), "utf8")).toBe("");
    expect(readFileSync(join(root, "a/kept"), "utf8")).toBe("kept");
  });

  it.each<[string, string, (path: string) => Promise<void>]>([
    ["the folder above", "sub/node_modules", (root) => makeFolderBelow({ root, path: "sub/node_modules" })],
    ["the folder itself", "sub", (root) => makeFolderBelow({ root, path: "sub" })],
    ["the folder above a file", "sub/.npmrc", (root) => makeFileBelow({ root, path: "sub/.npmrc" })],
    ["the file itself", "sub", (root) => makeFileBelow({ root, path: "sub" })],
  ])("is not made through a link in the place of %s", async (_, __, make) => {
    using outside = temporaryFolder({ "victim/kept": "" });
    using folder = temporaryFolder({ sub: { link: join(outside.path, "victim") } });
    expect(await thrown(make(folder.path))).toEqual({
      code: "LINK_IN_THE_WAY",
      text: `Something is to be mounted at \`${folder.path}/sub\`, which is a link to \`${outside.path}/victim\`: it is not followed, since code in the container may have put it there\n\nhint: put a folder in its place: \`rm ${folder.path}/sub && mkdir ${folder.path}/sub\``,
    });
    expect(
      execFileSync("find", [outside.path, "-mindepth", "1"], { encoding: "utf8" }).trim().split("\n"),
    ).toHaveLength(2);
  });

  it("is never made outside, however often a link takes the folder's place meanwhile", async () => {
    using outside = temporaryFolder({ victim: null });
    using folder = temporaryFolder({ real: null });
    const root = folder.path;
    const sub = join(root, "sub");
    mkdirSync(sub);
    let isOver = false;
    const swap = async () => {
      while (!isOver) {
        renameSync(sub, join(root, "away"));
        await new Promise(setImmediate);
        // it may have been made anew in between
        for (let isLinked = false; !isLinked; ) {
          rmSync(sub, { recursive: true, force: true });
          try {
            symlinkSync(join(outside.path, "victim"), sub);
            isLinked = true;
          } catch {
            isLinked = false;
          }
        }
        await new Promise(setImmediate);
        rmSync(sub);
        renameSync(join(root, "away"), sub);
        await new Promise(setImmediate);
      }
    };
    const swapping = swap();
    const outcomes = new Set<string>();
    for (let round = 0; round < 300 || (!outcomes.has("LINK_IN_THE_WAY") && round < 20_000); round++) {
      const made = makeFolderBelow({ root, path: `sub/deep/${round}` });
      outcomes.add(
        await made.then(
          () => "made",
          (error: { code?: string }) => error.code ?? "?",
        ),
      );
    }
    isOver = true;
    await swapping;
    expect([...outcomes]).toContain("LINK_IN_THE_WAY");
    expect(existsSync(join(outside.path, "victim/deep"))).toBe(false);
  });

  it("says what else keeps it from being made", async () => {
    using folder = temporaryFolder({ file: "text" });
    await expect(makeFolderBelow({ root: folder.path, path: "file/below" })).rejects.toMatchObject({ code: "ENOTDIR" });
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    chmodSync(join(folder.path, "pipe"), 0o600);
    await expect(makeFileBelow({ root: folder.path, path: "pipe" })).rejects.toMatchObject({ code: "ENXIO" });
  });
});

describe("a path that the config names in the workspace", () => {
  it("may lead through links as long as it stays there", async () => {
    using folder = temporaryFolder({ "data/a": "", link: { link: "data" }, gone: { link: "nowhere" } });
    const root = folder.path;
    expect(await realPathInside(root, join(root, "link/a"))).toBe(join(root, "data/a"));
    expect(await realPathInside(root, join(root, "absent"))).toBe(join(root, "absent"));
    expect(await realPathInside(root, join(root, "gone"))).toBe(join(root, "gone"));
  });

  it("does not lead out of it", async () => {
    using outside = temporaryFolder({ "ssh/id": "key" });
    using folder = temporaryFolder({ data: { link: join(outside.path, "ssh") } });
    expect(await thrown(realPathInside(folder.path, join(folder.path, "data/id")))).toEqual({
      code: "LINK_LEAVES_WORKSPACE",
      text: `\`${folder.path}/data/id\` leads out of the workspace, to \`${outside.path}/ssh/id\` by the link \`${folder.path}/data\`: it is not followed, since code in the container may have put that link there\n\nhint: remove the link; if it is yours, name \`${outside.path}/ssh/id\` itself in the config`,
    });
  });

  it("is read as what it is, while links are swapped", async () => {
    using outside = temporaryFolder({ "sub/file": "secret" });
    using folder = temporaryFolder({ "sub/file": "mine" });
    const { path: root } = folder;
    const sub = join(root, "sub");
    let isOver = false;
    const swapping = (async () => {
      for (let link = false; !isOver; link = !link) {
        await (link ? unlink(sub) : rename(sub, `${sub}2`));
        await (link ? rename(`${sub}2`, sub) : symlink(join(outside.path, "sub"), sub));
      }
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 2000; round++) {
      seen.add(await readFileInside(root, join(sub, "file")).then(String, ({ code }) => code));
    }
    isOver = true;
    await swapping;
    expect(seen).toContain("mine");
    expect(seen).not.toContain("secret");
  });

  it("is not waited for where it is a pipe", async () => {
    using folder = temporaryFolder();
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    await expect(readFileInside(folder.path, join(folder.path, "pipe"))).rejects.toThrow("it is no regular file");
  });

  it("may be outside, where the config says so itself", async () => {
    using outside = temporaryFolder({ "real/file": "", link: { link: "real" } });
    using folder = temporaryFolder();
    expect(await realPathInside(folder.path, join(outside.path, "link/file"))).toBe(join(outside.path, "real/file"));
  });
});
