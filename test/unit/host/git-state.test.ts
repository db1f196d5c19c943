import { execFileSync } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { gitState } from "../../../src/host/git-state.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";

const host = nodeHost();

/** A repository with one commit, in a folder that is removed afterwards. */
function repository() {
  const folder = temporaryFolder({ "a.txt": "a", "sub/b.txt": "b", ".gitignore": "ignored\n" });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder.path });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "First");
  return Object.assign(folder, { git, commit: String(git("rev-parse", "HEAD")).trim() });
}

it("gives the commit of a clean repository, also from a folder in it", async () => {
  using project = repository();
  project.write({ ignored: "" });
  expect(await gitState(host, project.path)).toEqual({ commit: project.commit, dirty: false });
  expect(await gitState(host, join(project.path, "sub"))).toEqual({ commit: project.commit, dirty: false });
});

it.each([
  ["a changed file", (root: string) => writeFileSync(join(root, "a.txt"), "changed")],
  ["a new file", (root: string) => writeFileSync(join(root, "new.txt"), "")],
])("calls a repository with %s dirty", async (_, change) => {
  using project = repository();
  change(project.path);
  expect(await gitState(host, project.path)).toEqual({ commit: project.commit, dirty: true });
});

it("knows nothing without a repository, a commit or git", async () => {
  using folder = temporaryFolder();
  expect(await gitState(host, folder.path)).toBeUndefined();
  execFileSync("git", ["init", "--quiet"], { cwd: folder.path });
  expect(await gitState(host, folder.path)).toBeUndefined();
  expect(await gitState(testHost(), folder.path)).toBeUndefined();
});

it("knows nothing where git refuses", async () => {
  using project = repository();
  // The repository of somebody else, for root; for everybody else one that is broken.
  if (host.uid === 0) chownSync(project.path, 4321, 4321);
  else writeFileSync(join(project.path, ".git/HEAD"), "broken");
  expect(await gitState(host, project.path)).toBeUndefined();
});

it("looks at the folder's repository also from a hook of another one's git", async () => {
  using project = repository();
  using other = repository();
  other.write({ "a.txt": "changed" });
  const names = { GIT_DIR: join(other.path, ".git"), GIT_WORK_TREE: other.path, GIT_INDEX_FILE: "/nowhere" };
  Object.assign(process.env, names);
  try {
    expect(await gitState(host, project.path)).toEqual({ commit: project.commit, dirty: false });
  } finally {
    for (const name of Object.keys(names)) delete process.env[name];
  }
});
