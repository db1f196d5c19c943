import { describe, expect, it } from "vitest";
import type { GitPlace } from "../../../src/host/git-place.ts";
import { type GitPlanInput, gitVariables, planGit } from "../../../src/plan/git.ts";

const here: GitPlace = { top: "/home/ada/shop", below: "", worktrees: [], borrowed: [] };
const worktree: GitPlace = {
  ...here,
  top: "/home/ada/feature",
  pointed: { kind: "worktree", name: "feature", folder: "/home/ada/shop/.git", named: "/home/ada/shop/.git" },
  worktrees: [
    { name: "feature", gitFile: "/home/ada/feature/.git" },
    { name: "other", gitFile: "/home/ada/other/.git" },
  ],
};
const relative: GitPlace = {
  ...worktree,
  pointed: { kind: "worktree", name: "feature", folder: "/home/ada/shop/.git", named: "../shop/.git" },
  worktrees: [
    { name: "feature", gitFile: "../../../../feature/.git" },
    { name: "other", gitFile: "../../../../other/.git" },
  ],
};
const submodule: GitPlace = {
  top: "/home/ada/shop/libs/ui",
  below: "",
  pointed: {
    kind: "submodule",
    folder: "/home/ada/shop/.git/modules/libs/ui",
    named: "../../.git/modules/libs/ui",
    worktree: "../../../../libs/ui",
  },
  worktrees: [],
  borrowed: [],
};

const planOf = (place: GitPlace, input: Partial<GitPlanInput> = {}) =>
  planGit({ place, target: "/workspace", comesBack: true, isElsewhere: false, taken: [], ...input });

describe("git inside", () => {
  it("needs nothing beside a checkout, but places for the work trees beside it", () => {
    const { worktrees } = worktree;
    expect(planOf({ ...here, worktrees })).toMatchObject({
      mounts: [],
      marks: ["/home/ada/feature/.git", "/home/ada/other/.git"],
      links: [],
      said: undefined,
    });
  });

  it("finds a work tree's folder where `.git` says that it is, and the way back", () => {
    const folder = { source: "/home/ada/shop/.git", target: "/home/ada/shop/.git" };
    expect(planOf(worktree)).toMatchObject({
      mounts: [{ kind: "bind", ...folder, readOnly: false }],
      marks: ["/home/ada/other/.git"],
      links: [{ path: "/home/ada/feature", to: "/workspace" }],
      said: "the git folder of this worktree is mounted at `/home/ada/shop/.git`",
    });
    expect(planOf(relative)).toMatchObject({
      mounts: [{ kind: "bind", source: "/home/ada/shop/.git", target: "/shop/.git", readOnly: false }],
      marks: ["/other/.git"],
      links: [{ path: "/feature", to: "/workspace" }],
    });
  });

  it("finds the submodules of a work tree, which name its folder by a relative path", () => {
    const pointed = { ...worktree.pointed, hasSubmodules: true } as GitPlace["pointed"];
    expect(planOf({ ...worktree, pointed }).links).toEqual([
      { path: "/home/ada/feature", to: "/workspace" },
      { path: "/shop/.git", to: "/home/ada/shop/.git" },
    ]);
  });

  it("finds a submodule's folder, which leads back to the workspace by a link unless it does so by itself", () => {
    expect(planOf(submodule)).toMatchObject({
      mounts: [{ source: "/home/ada/shop/.git/modules/libs/ui", target: "/.git/modules/libs/ui" }],
      links: [{ path: "/libs/ui", to: "/workspace" }],
      said: "the git folder of this submodule is mounted at `/.git/modules/libs/ui`",
    });
    expect(planOf(submodule, { target: "/shop/libs/ui" })).toMatchObject({
      mounts: [{ target: "/shop/.git/modules/libs/ui" }],
      links: [],
    });
  });

  it("gets the whole repository where the target ends as the workspace's place in it", () => {
    const place = { ...here, below: "packages/a" };
    expect(planOf(place)).toMatchObject({
      mounts: [],
      left: 'not inside: the repository starts above `/workspace`; `target: "/shop/packages/a"` in `workspace` brings in all of it',
    });
    const target = "/src/packages/a";
    expect(planOf(place, { target })).toMatchObject({
      mounts: [{ kind: "bind", source: "/home/ada/shop", target: "/src", readOnly: false }],
      safe: ["/src", target],
      said: "the repository is mounted at `/src`",
    });
    expect(planOf({ ...worktree, below: "packages/a" }, { target })).toMatchObject({
      mounts: [{ target: "/src" }, { target: "/home/ada/shop/.git" }],
      links: [{ path: "/home/ada/feature", to: "/src" }],
    });
    expect(planOf(place, { target: "/packages/a" }).mounts).toEqual([]);
  });

  it("is read only where nothing comes back to the host", () => {
    const plan = planOf(worktree, { comesBack: false });
    expect(plan.mounts).toMatchObject([{ readOnly: true }]);
    expect(plan.said).toContain(", read-only");
  });

  it("says why it cannot work with an engine on another machine, and what a copy needs all the same", () => {
    expect(planOf(worktree, { isElsewhere: true })).toMatchObject({
      folders: [{ source: "/home/ada/shop/.git" }],
      mounts: [],
      unmounted:
        "git does not work inside: it needs `/home/ada/shop/.git` of this machine, and the engine is on another one",
    });
    expect(planOf(here, { isElsewhere: true }).problem).toBeUndefined();
  });

  it("leaves alone what somebody mounted there, and never hides the workspace", () => {
    expect(planOf(worktree, { taken: ["/home/ada/shop/.git"] }).mounts).toEqual([]);
    for (const target of ["/home/ada/shop/.git", "/home/ada/shop", "/home/ada/shop/.git/x"]) {
      expect(planOf(worktree, { target })).toMatchObject({
        mounts: [],
        problem: expect.stringContaining("choose another"),
      });
    }
  });

  it("makes no mark in a mount, none at the root, and none above what is mounted", () => {
    const worktrees = [
      { name: "a", gitFile: "/workspace/a/.git" },
      { name: "b", gitFile: "/.git" },
      { name: "c", gitFile: "/data/c/.git" },
      { name: "d", gitFile: "/var/.git" },
      { name: "e", gitFile: "/ok/.git" },
    ];
    const taken = ["/data", "/var/lib/devenv/history"];
    expect(planOf({ ...here, worktrees }, { taken }).marks).toEqual(["/ok/.git"]);
  });

  it("says what it lacks of other repositories, and how that comes in, unless it is there already", () => {
    const borrowed = ["/srv/mirror/objects", "../../../other/.git/objects"];
    const place = { ...here, borrowed };
    expect(planOf(place).problem).toBe(
      'git inside lacks what the repository has in `/srv/mirror/objects` and `/other/.git/objects`; `mounts: ["/srv/mirror/objects:/srv/mirror/objects:ro","/other/.git/objects:/other/.git/objects:ro"]` brings it in',
    );
    expect(planOf(place, { taken: ["/srv", "/other/.git/objects"] }).problem).toBeUndefined();
    expect(planOf({ ...worktree, borrowed: borrowed.slice(0, 1) })).toMatchObject({
      mounts: [{ target: "/home/ada/shop/.git" }],
      problem: expect.stringContaining("lacks"),
    });
  });

  it("tells why it does not work", () => {
    expect(planOf({ ...here, problem: "`/x/.git` belongs to another user" })).toMatchObject({
      mounts: [],
      problem: "git does not work inside: `/x/.git` belongs to another user",
    });
  });
});

it("adds its settings after those that the environment has", () => {
  const plan = planOf(here);
  expect(gitVariables(plan, {})).toEqual({
    GIT_CONFIG_COUNT: "3",
    GIT_CONFIG_KEY_0: "gc.worktreePruneExpire",
    GIT_CONFIG_VALUE_0: "never",
    GIT_CONFIG_KEY_1: "safe.directory",
    GIT_CONFIG_VALUE_1: "/workspace",
    GIT_CONFIG_KEY_2: "safe.directory",
    GIT_CONFIG_VALUE_2: "/workspace/*",
  });
  expect(gitVariables(plan, { GIT_CONFIG_COUNT: "2" })).toMatchObject({
    GIT_CONFIG_COUNT: "5",
    GIT_CONFIG_KEY_2: "gc.worktreePruneExpire",
  });
  expect(gitVariables(plan, { GIT_CONFIG_COUNT: "many" })).toEqual({});
});
