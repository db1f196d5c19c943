import { execFileSync } from "node:child_process";
import { chownSync, existsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { gitRoot } from "../../../src/host/git-root.ts";
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

it("sees what is changed as git does in a work tree, with a submodule and with line endings of its own", async () => {
  using project = repository();
  using module = repository();
  project.git("config", "core.autocrlf", "true");
  project.write({ "a.txt": "a\r\n", "excluded/x": "" });
  project.git("add", "a.txt");
  project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module.path, "module");
  project.git("commit", "--quiet", "--message", "Second");
  project.write({ ".git/info/exclude": "excluded\n" });
  const commit = String(project.git("rev-parse", "HEAD")).trim();
  expect(await gitState(host, project.path)).toEqual({ commit, dirty: false });
  project.git("worktree", "add", "--quiet", "--detach", join(module.path, "tree"));
  expect(await gitState(host, join(module.path, "tree"))).toEqual({ commit, dirty: false });
  writeFileSync(join(module.path, "tree/b.txt"), "");
  expect(await gitState(host, join(module.path, "tree"))).toEqual({ commit, dirty: true });
});

/** A program that a repository may name in its settings, and the file that it leaves behind. */
function planted(project: ReturnType<typeof repository>) {
  const ran = join(project.path, ".git/ran");
  const program = join(project.path, ".git/planted");
  writeFileSync(program, `#!/bin/sh\necho ran >>${ran}\n`, { mode: 0o755 });
  return { program, ran };
}

it("runs nothing that the settings of the repository name", async () => {
  using project = repository();
  const { program, ran } = planted(project);
  project.write({ ".gitattributes": "*.txt filter=planted\n" });
  project.git("add", ".");
  project.git("commit", "--quiet", "--message", "Second");
  for (const key of ["core.fsmonitor", "filter.planted.clean", "filter.planted.process", "filter.a=b.clean"])
    project.git("config", key, program);
  writeFileSync(join(project.path, "a.txt"), "b");
  utimesSync(join(project.path, "a.txt"), 1, 1);
  expect(await gitState(host, project.path)).toMatchObject({ dirty: true });
  expect(existsSync(ran)).toBe(false);
});

it("fetches nothing from where the repository says that its history is", async () => {
  using project = repository();
  const { program, ran } = planted(project);
  const settings = {
    "core.repositoryformatversion": "1",
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
    "remote.origin.url": `ext::${program}`,
    "protocol.ext.allow": "always",
  };
  for (const [key, value] of Object.entries(settings)) project.git("config", key, value);
  writeFileSync(join(project.path, ".git/HEAD"), `${"1".repeat(40)}\n`);
  expect(await gitRoot(host, project.path)).toBeUndefined();
  expect(await gitState(host, project.path)).toBeUndefined();
  expect(existsSync(ran)).toBe(false);
});
