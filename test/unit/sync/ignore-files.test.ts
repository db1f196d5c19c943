import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { openHostSide } from "../../../src/sync/host/host-side.ts";
import { openIgnoreFiles } from "../../../src/sync/ignore-files.ts";
import { openSession } from "../../../src/sync/session.ts";
import type { Session } from "../../../src/sync/session-options.ts";
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
  const rescans: (() => void)[] = [];
  const files = await openIgnoreFiles({
    root,
    rules: { patterns: [], volumes: [] },
    onChange: () => rescans.forEach((rescan) => void rescan()),
  });
  const session = await openSession({
    host(listener) {
      rescans.push(listener.onOverflow);
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
      rescans.push(listener.onOverflow);
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

it("follows one that is changed in the container, and leaves what is ignored by now as it is", async () => {
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
  expect(await flushed()).toEqual([".gitignore", "out", "out/b", "out/below"]);
});
