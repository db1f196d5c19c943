import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readGitPlace } from "../../../src/host/git-place.ts";
import { openRepositories } from "../../support/repositories.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const host = { uid: process.getuid?.() };
const placeOf = (root: string) => readGitPlace(host, root).place;

it("finds no repository where there is none, nor in an empty `.git`", () => {
  using folder = temporaryFolder({ "sub/.git": null });
  expect(placeOf(join(folder.path, "sub"))).toBeUndefined();
  expect(readGitPlace(host, join(folder.path, "sub")).read).toEqual(
    expect.arrayContaining([join(folder.path, "sub/.git"), join(folder.path, ".git"), "/.git"]),
  );
});

it("finds the folder of a checkout, from a folder in it too, and the work trees beside it", () => {
  using folder = openRepositories({ "packages/a/x": "" });
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  const top = join(folder.path, "main");
  const worktrees = [{ name: "beside", gitFile: join(folder.path, "beside/.git") }];
  expect(placeOf(top)).toEqual({ top, below: "", worktrees, borrowed: [], problem: undefined });
  expect(placeOf(join(top, "packages/a"))).toEqual({
    top,
    below: "packages/a",
    worktrees,
    borrowed: [],
    problem: undefined,
  });
  expect(readGitPlace(host, top)).toMatchObject({
    read: ["worktrees", "worktrees/beside/gitdir", "objects/info/alternates"].map((name) => join(top, ".git", name)),
    folders: [join(top, ".git")],
  });
});

it("finds the folder of a work tree, of a bare repository's too", () => {
  using folder = openRepositories();
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  folder.git(".", "clone", "--quiet", "--bare", "main", "bare.git");
  folder.git("bare.git", "worktree", "add", "--quiet", "../other", "main");
  expect(placeOf(join(folder.path, "beside"))?.pointed).toEqual({
    kind: "worktree",
    name: "beside",
    folder: join(folder.path, "main/.git"),
    named: join(folder.path, "main/.git"),
    hasSubmodules: false,
  });
  expect(placeOf(join(folder.path, "other"))?.pointed).toMatchObject({ folder: join(folder.path, "bare.git") });
});

it("finds it by a relative path, as `git worktree add --relative-paths` writes it", () => {
  using folder = openRepositories();
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  writeFileSync(join(folder.path, "beside/.git"), "gitdir: ../main/.git/worktrees/beside\n");
  writeFileSync(join(folder.path, "main/.git/worktrees/beside/gitdir"), "../../../../beside/.git\n");
  const place = placeOf(join(folder.path, "beside"));
  expect(place?.pointed).toMatchObject({ folder: join(folder.path, "main/.git"), named: "../main/.git" });
  expect(place?.worktrees).toEqual([{ name: "beside", gitFile: "../../../../beside/.git" }]);
});

it("finds the folder of a submodule, and of a work tree of one", () => {
  using folder = openRepositories();
  folder.git(".", "clone", "--quiet", "main", "library");
  folder.git("main", "submodule", "--quiet", "add", "../library", "libs/my lib");
  const submodule = join(folder.path, "main/libs/my lib");
  const gitFolder = join(folder.path, "main/.git/modules/libs/my lib");
  expect(placeOf(submodule)?.pointed).toEqual({
    kind: "submodule",
    folder: gitFolder,
    named: "../../.git/modules/libs/my lib",
    worktree: "../../../../libs/my lib",
  });
  folder.git("main/libs/my lib", "worktree", "add", "--quiet", join(folder.path, "beside"));
  expect(placeOf(join(folder.path, "beside"))?.pointed).toMatchObject({ kind: "worktree", folder: gitFolder });
});

it("reads where a submodule's work tree is as git does, and nothing that is too large or no file", () => {
  using folder = openRepositories();
  folder.git(".", "clone", "--quiet", "main", "library");
  folder.git("main", "submodule", "--quiet", "add", "../library", "sub");
  const config = join(folder.path, "main/.git/modules/sub/config");
  const kindWith = (text: string) => {
    writeFileSync(config, text);
    return placeOf(join(folder.path, "main/sub"))?.pointed?.kind;
  };
  expect(kindWith('[core]\n\tworktree = elsewhere\n[remote "o"]\n[ Core ]\nWorkTree="../../../sub"\n')).toBe(
    "submodule",
  );
  expect(kindWith('[other]\nworktree = ../../../sub\n[core "x"]\nworktree = ../../../sub\n')).toBeUndefined();
  expect(kindWith(`[core]\n${" ".repeat(900_000)}\nworktree =${" ".repeat(90_000)}x\n`)).toBeUndefined();
  expect(kindWith(`[core]\nworktree = ../../../sub\n${"#\n".repeat(600_000)}`)).toBeUndefined();
  rmSync(config);
  execFileSync("mkfifo", [config]);
  expect(placeOf(join(folder.path, "main/sub"))?.pointed).toBeUndefined();
});

it("sees what a clone borrows of another repository", () => {
  using folder = openRepositories();
  folder.git(".", "clone", "--quiet", "--shared", "main", "clone");
  expect(placeOf(join(folder.path, "clone"))?.borrowed).toEqual([join(folder.path, "main/.git/objects")]);
});

it("follows a link on the way, and keeps the name that `.git` says", () => {
  using folder = openRepositories();
  symlinkSync("main", join(folder.path, "linked"));
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  writeFileSync(join(folder.path, "beside/.git"), `gitdir: ${folder.path}/linked/.git/worktrees/beside\n`);
  expect(placeOf(join(folder.path, "beside"))?.pointed).toMatchObject({
    folder: join(folder.path, "main/.git"),
    named: join(folder.path, "linked/.git"),
  });
});

type Attack = (folder: ReturnType<typeof openRepositories>) => void;
const gitFile = "beside/.git";
const attacks: Record<string, { change: Attack; problem: string }> = {
  "names a folder that is none of git's": {
    change: (folder) => folder.write({ [gitFile]: "gitdir: /etc\n" }),
    problem: "names `/etc`, which does not name",
  },
  "names another's work tree": {
    change: (folder) => {
      folder.git("main", "worktree", "add", "--quiet", "../victim");
      folder.write({ [gitFile]: readFileSync(join(folder.path, "victim/.git"), "utf8") });
    },
    problem: "does not name",
  },
  "names a checkout's own folder": {
    change: (folder) => folder.write({ [gitFile]: `gitdir: ${folder.path}/main/.git\n` }),
    problem: "does not name",
  },
  "names a folder of its own making that passes another one off as its repository": {
    change: (folder) =>
      folder.write({
        "beside/fake/worktrees/x/gitdir": "../../../.git\n",
        "beside/fake/worktrees/x/commondir": `${folder.path}/main/.git\n`,
        "beside/fake/worktrees/x/HEAD": "ref: refs/heads/main\n",
        [gitFile]: "gitdir: fake/worktrees/x\n",
      }),
    problem: "does not name",
  },
  "names a repository of its own making that is a link": {
    change: (folder) => {
      folder.write({
        "beside/fake/worktrees/x/gitdir": "../../../.git\n",
        "beside/fake/worktrees/x/commondir": "../..\n",
        [gitFile]: "gitdir: fake/worktrees/x\n",
        secret: null,
      });
      for (const name of ["HEAD", "objects", "refs"])
        symlinkSync(join(folder.path, "secret"), join(folder.path, "beside/fake", name));
    },
    problem: "is no git folder",
  },
  "names nothing": {
    change: (folder) => folder.write({ [gitFile]: "gitdir: " }),
    problem: "neither a folder nor a file",
  },
  "is garbage": { change: (folder) => folder.write({ [gitFile]: "\u0000\u0001".repeat(50_000) }), problem: "neither" },
  "is a link": {
    change: (folder) => {
      rmSync(join(folder.path, gitFile));
      symlinkSync(join(folder.path, "main/.git"), join(folder.path, gitFile));
    },
    problem: "is a link",
  },
  "names what is gone": {
    change: (folder) => rmSync(join(folder.path, "main"), { recursive: true }),
    problem: "which is not there",
  },
};

it.each(Object.entries(attacks))("believes no `.git` that %s", (_name, { change, problem }) => {
  using folder = openRepositories();
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  change(folder);
  const place = placeOf(join(folder.path, "beside"));
  expect(place?.pointed).toBeUndefined();
  expect(place?.problem).toContain(problem);
});

it("tells of a work tree that was moved by hand how it is mended", () => {
  using folder = openRepositories();
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  renameSync(join(folder.path, "beside"), join(folder.path, "moved"));
  expect(placeOf(join(folder.path, "moved"))?.problem).toContain("run `git worktree repair`");
  folder.git("moved", "worktree", "repair");
  expect(placeOf(join(folder.path, "moved"))?.pointed).toMatchObject({ folder: join(folder.path, "main/.git") });
});

it.skipIf(process.getuid?.() !== 0)("leaves what belongs to somebody else alone", () => {
  using folder = openRepositories({ "sub/x": "" });
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  const ada = { uid: 1000 };
  for (const path of ["main", "main/.git", "beside", "beside/.git"]) chownSync(join(folder.path, path), 1000, 1000);
  expect(readGitPlace(ada, join(folder.path, "main/sub")).place?.problem).toBeUndefined();
  expect(readGitPlace(ada, join(folder.path, "beside")).place?.pointed).toBeDefined();
  // root works on what is all of one user
  expect(readGitPlace({ uid: 0 }, join(folder.path, "beside")).place?.pointed).toBeDefined();
  chownSync(join(folder.path, "main/.git"), 1001, 1001);
  for (const uid of [1000, 0]) {
    expect(readGitPlace({ uid }, join(folder.path, "beside")).place?.problem).toBe(
      `\`${join(folder.path, "main/.git")}\` belongs to another user`,
    );
  }
  expect(readGitPlace(ada, join(folder.path, "main/sub")).place?.problem).toContain("belongs to another user");
});

it("looks at nothing that `GIT_DIR` names", () => {
  using folder = openRepositories();
  mkdirSync(join(folder.path, "elsewhere"));
  process.env.GIT_DIR = join(folder.path, "main/.git");
  try {
    expect(placeOf(join(folder.path, "elsewhere"))).toBeUndefined();
  } finally {
    delete process.env.GIT_DIR;
  }
});
