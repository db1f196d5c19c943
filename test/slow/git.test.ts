/** Git itself at work inside: it finds its folder, and forgets no work tree that only the host sees. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inFolder } from "../support/cli-project.ts";
import { removeProject } from "../support/remove-project.ts";
import { openRepositories } from "../support/repositories.ts";

const name = "git-slow";

const configWith = (lines = "") => `import { apt, defineConfig } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: "devenv-test/base:bookworm", layers: [apt("git")] },
  env: { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "a@b" },
  tasks: { test: "git log --format=%s -1 && git commit --quiet --allow-empty -m inside && git log --format=%s -1" },
${lines}
});
`;

/** Each by itself removes a work tree whose folder is gone: the first three only where it is old enough. */
const cleaners = [
  "git gc --quiet --prune=now",
  "git maintenance run --quiet",
  "git -c gc.worktreePruneExpire=now gc --quiet",
  "git worktree prune",
];

const ignored = { ".gitignore": "devenv-lock.json\n" };

function repositories(lines = "") {
  const folder = openRepositories({ ...ignored, "devenv.config.ts": configWith(lines), "a.txt": "a\n" });
  folder.git("main", "worktree", "add", "--quiet", "../feature");
  // without an index it is taken for abandoned at once
  folder.git("main", "worktree", "add", "--quiet", "--no-checkout", "../other");
  return folder;
}

/** What git prints inside, by lines; throws where it complains. */
async function up(path: string) {
  const project = inFolder(path);
  const { exitCode, stderr } = await project.devenv(["up"], { timeoutMs: 200_000 });
  expect(exitCode, stderr).toBe(0);
  return { ...project, stderr };
}

afterAll(() => removeProject(name));

describe.each(["bind", "sync"])("a workspace of mode %s", (mode) => {
  const lines = `  workspace: { mode: "${mode}" },`;

  it("has git work in the main checkout, which forgets no work tree", async () => {
    using folder = repositories(lines);
    const project = await up(join(folder.path, "main"));
    for (const cleaner of cleaners) expect(await project.inside(cleaner)).toEqual([""]);
    expect(await project.inside("git status --porcelain")).toEqual([""]);
    await project.devenv(["sync", "flush"]);
    expect(readdirSync(join(folder.path, "main/.git/worktrees")).sort()).toEqual(["feature", "other"]);
    expect(folder.git("feature", "status", "--porcelain")).toBe("");
    await project.devenv(["down", "--volumes"]);
  });

  it("has git work in a work tree, and what is committed there is on the host", async () => {
    using folder = repositories(lines);
    const project = await up(join(folder.path, "feature"));
    for (const cleaner of cleaners) expect(await project.inside(cleaner)).toEqual([""]);
    expect(await project.inside("git branch --show-current; git status --porcelain")).toEqual(["feature"]);
    await project.inside("echo inside >a.txt; git commit --quiet -a -m inside");
    await project.devenv(["sync", "flush"]);
    expect(folder.git("feature", "log", "-1", "--format=%s")).toBe("inside\n");
    expect(folder.git("feature", "status", "--porcelain")).toBe("");
    expect(readdirSync(join(folder.path, "main/.git/worktrees")).sort()).toEqual(["feature", "other"]);
    await project.devenv(["down", "--volumes"]);
  });

  it("has git work in a folder of a repository whose place the target ends with", async () => {
    using folder = openRepositories({
      ...ignored,
      "packages/a/devenv.config.ts": configWith(`  workspace: { mode: "${mode}", target: "/src/packages/a" },`),
      "packages/b/file": "b\n",
    });
    const project = await up(join(folder.path, "main/packages/a"));
    expect(project.stderr).toContain("git        the repository is mounted at `/src`");
    expect(await project.inside("git status --porcelain; git rev-parse --show-prefix; ls ../b")).toEqual([
      ...["packages/a/", "file"],
    ]);
    await project.inside("echo inside >file; git add file; git commit --quiet -m inside");
    await project.devenv(["sync", "flush"]);
    expect(folder.git("main", "show", "--format=%s", "--name-only")).toBe("inside\n\npackages/a/file\n");
    expect(folder.git("main", "status", "--porcelain")).toBe("");
    await project.devenv(["down", "--volumes"]);
  });
});

it("has git work in a submodule, and in the submodules of a work tree", async () => {
  using folder = openRepositories({ ...ignored, "devenv.config.ts": configWith(), "a.txt": "a\n" });
  folder.git(".", "clone", "--quiet", "main", "library");
  folder.git("main", "submodule", "--quiet", "add", "../library", "libs/one");
  folder.git("main", "commit", "--quiet", "--message", "Second");
  folder.git("main", "worktree", "add", "--quiet", "../feature");
  folder.git("feature", "submodule", "--quiet", "update", "--init");
  const change = "echo inside >a.txt && git status --porcelain && git commit --quiet -a -m inside";
  for (const [root, place] of [
    ["main/libs/one", "."],
    ["feature", "libs/one"],
  ] as const) {
    const project = await up(join(folder.path, root));
    expect(await project.inside(`cd ${place} && git status --porcelain && ${change}`)).toEqual(["M a.txt"]);
    expect(folder.git(join(root, place), "log", "-1", "--format=%s")).toBe("inside\n");
    expect(folder.git(join(root, place), "status", "--porcelain")).toBe("");
    await project.devenv(["down", "--volumes"]);
  }
});

it("trusts a workspace that root works on and somebody else owns", async () => {
  using folder = repositories();
  const project = await up(join(folder.path, "main"));
  const own = (id: number) => `chown -R ${id}:${id} /workspace`;
  expect(await project.inside(`${own(4711)}; git status --porcelain; git log --format=%s; ${own(0)}`)).toEqual([
    "First",
  ]);
  await project.devenv(["down", "--volumes"]);
});

it("runs `devenv ci` in a work tree on a git folder of its own", async () => {
  using folder = repositories();
  const project = inFolder(join(folder.path, "feature"));
  await project.devenv(["lock"], { timeoutMs: 200_000 });
  expect(await project.devenv(["ci"])).toMatchObject({ exitCode: 0, stdout: "First\ninside\n" });
  expect(folder.git("feature", "log", "-1", "--format=%s")).toBe("First\n");
  expect(existsSync(join(folder.path, "main/.git/worktrees/other"))).toBe(true);
});
