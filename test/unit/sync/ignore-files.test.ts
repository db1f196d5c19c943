import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openHostSide } from "../../../src/sync/host/host-side.ts";
import { openIgnoreFiles } from "../../../src/sync/ignore-files.ts";
import { openSession } from "../../../src/sync/session.ts";
import type { Session } from "../../../src/sync/session-options.ts";
import type { SideListener } from "../../../src/sync/side.ts";
import { createMemorySide } from "../../support/memory-side.ts";
import { createMemoryStore } from "../../support/memory-store.ts";
import { contentsOf } from "../../support/memory-tree.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const open: Session[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

/** A session between a real folder and a container's side in memory, by the folder's own `.gitignore` files. */
async function begin(root: string, cookieFolder: string) {
  const container = createMemorySide({ name: "container" });
  const listeners: SideListener[] = [];
  const files = await openIgnoreFiles({
    ...{ root, uid: process.getuid?.(), settings: { excludesFile: undefined, ignoresCase: false } },
    rules: { patterns: [], volumes: [] },
    onChange(paths) {
      for (const listener of listeners) listener.onReread?.(paths);
    },
  });
  const session = await openSession({
    host(listener) {
      listeners.push(listener);
      const { ignores } = files;
      const nameLate = (path: string) => `${path}.late`;
      return files.follow(
        openHostSide({
          ...{ root, platform: "linux", cookieFolder, listener, nameLate, native: undefined },
          ignores: (path) => ignores(path, true),
        }),
      );
    },
    container(listener) {
      listeners.push(listener);
      return container.open(listener);
    },
    ancestor: createMemoryStore(),
    direction: "two-way",
    onConflict: "keep-both",
    ignores: files.ignores,
  });
  open.push(session);
  const flushed = async () => {
    await session.flush();
    return contentsOf(container.tree.root)
      .flatMap((line) => line.split(" ", 1))
      .filter((path) => path !== "");
  };
  return { container, flushed };
}

it("follows a `.gitignore` that is changed, made, moved in or removed, on the host", async () => {
  using cookies = temporaryFolder();
  using folder = temporaryFolder({ ".gitignore": "*.log\n", "a.log": "1", "a.txt": "1", "b.tmp": "1" });
  const write = (path: string, text: string) => writeFileSync(join(folder.path, path), text);
  const { flushed } = await begin(folder.path, cookies.path);
  expect(await flushed()).toEqual([".gitignore", "a.txt", "b.tmp"]);

  write(".gitignore", "*.tmp\n");
  write("c.log", "1");
  write("c.tmp", "1");
  expect(await flushed()).toEqual([".gitignore", "a.log", "a.txt", "b.tmp", "c.log"]);

  using elsewhere = temporaryFolder({ "sub/.gitignore": "/out/\n", "sub/out/x": "1", "sub/in/x": "1" });
  renameSync(join(elsewhere.path, "sub"), join(folder.path, "sub"));
  expect(await flushed()).toEqual([
    ".gitignore",
    "a.log",
    "a.txt",
    "b.tmp",
    "c.log",
    "sub",
    "sub/.gitignore",
    "sub/in",
    "sub/in/x",
  ]);

  rmSync(join(folder.path, "sub/.gitignore"));
  rmSync(join(folder.path, ".gitignore"));
  const all = await flushed();
  expect(all).toContain("sub/out/x");
  expect(all).toContain("c.tmp");
  expect(all).not.toContain(".gitignore");
});

it("follows one that is changed in the container; what is ignored by then stays, and comes back where it is gone", async () => {
  using cookies = temporaryFolder();
  using folder = temporaryFolder({ ".gitignore": "", "out/a": "1" });
  const { container, flushed } = await begin(folder.path, cookies.path);
  expect(await flushed()).toEqual([".gitignore", "out", "out/a"]);
  container.user.write(".gitignore", "out\n");
  expect(await flushed()).toEqual([".gitignore", "out", "out/a"]);
  mkdirSync(join(folder.path, "out/below"));
  rmSync(join(folder.path, "out/a"));
  container.user.write("out/b", "1");
  await vi.waitFor(async () => expect(await flushed()).toEqual([".gitignore", "out", "out/a", "out/b"]));
  container.user.write(".gitignore", "# nothing\n");
  expect(await flushed()).toEqual([".gitignore", "out", "out/a", "out/b", "out/below"]);
  expect(readdirSync(join(folder.path, "out")).sort()).toEqual(["a", "b", "below"]);
});

describe("what git tracks", () => {
  const git = (cwd: string, ...args: readonly string[]) => {
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@b.c", ...args], { cwd, stdio: "ignore" });
  };
  const outsideGit = (paths: readonly string[]) => paths.filter((path) => !path.startsWith(".git/"));

  it("comes over although a rule matches, as soon as git tracks it, and stays when it does not any more", async () => {
    using cookies = temporaryFolder();
    using folder = temporaryFolder({ ".gitignore": "out/\n", "out/a/b": "1", "out/c": "1" });
    git(folder.path, "init", "--quiet");
    const { flushed } = await begin(folder.path, cookies.path);
    expect(outsideGit(await flushed())).toEqual([".git", ".gitignore"]);
    git(folder.path, "add", "--force", "out/a/b");
    const all = [".git", ".gitignore", "out", "out/a", "out/a/b"];
    await vi.waitFor(async () => expect(outsideGit(await flushed())).toEqual(all));
    git(folder.path, "commit", "--quiet", "--message", "a");
    git(folder.path, "rm", "--quiet", "--cached", "out/a/b");
    rmSync(join(folder.path, "out"), { recursive: true });
    await vi.waitFor(async () => expect(outsideGit(await flushed())).toEqual(all));
  });

  it("is deleted where it is deleted on the other side, and what is not tracked beside it stays", async () => {
    using cookies = temporaryFolder();
    using folder = temporaryFolder({ ".gitignore": "out/\n", "out/a": "1", "out/b": "1" });
    git(folder.path, "init", "--quiet");
    git(folder.path, "add", "--force", "out/a");
    const { container, flushed } = await begin(folder.path, cookies.path);
    expect(await flushed()).toContain("out/a");
    container.user.remove("out/a");
    expect(await flushed()).not.toContain("out/a");
    expect(readdirSync(join(folder.path, "out"))).toEqual(["b"]);
  });

  it("is followed in a linked worktree, whose index is elsewhere, when that is looked at", async () => {
    using cookies = temporaryFolder();
    using main = temporaryFolder({ "main/.gitignore": "out/\n" });
    git(join(main.path, "main"), "init", "--quiet");
    git(join(main.path, "main"), "add", ".");
    git(join(main.path, "main"), "commit", "--quiet", "--message", "a");
    git(join(main.path, "main"), "worktree", "add", "--quiet", "../linked");
    const root = join(main.path, "linked");
    mkdirSync(join(root, "out"));
    writeFileSync(join(root, "out/a"), "1");
    const { flushed } = await begin(root, cookies.path);
    expect(await flushed()).toEqual([".git", ".gitignore"]);
    git(root, "add", "--force", "out/a");
    expect(await flushed()).toEqual([".git", ".gitignore", "out", "out/a"]);
  });
});
