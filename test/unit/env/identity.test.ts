/** Which project a folder is of, with git itself. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identityOf, knownAs } from "../../../src/env/identity.ts";
import { readWorkspace } from "../../../src/env/workspace.ts";
import type { Host } from "../../../src/host/host.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const settings = {
  ...{ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  ...{ GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" },
};

function git(cwd: string, ...args: string[]): string {
  const env = { ...process.env, ...settings };
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env });
}

/** Folders of one machine, and how often it ran git. */
function openMachine() {
  const folder = temporaryFolder();
  const { processes, ...rest } = nodeHost();
  const runs: string[] = [];
  const host: Host = {
    ...rest,
    env: { ...rest.env, XDG_STATE_HOME: join(folder.path, "state") },
    processes: {
      ...processes,
      run: (program, args, options) => {
        runs.push([program, ...args].join(" "));
        return processes.run(program, args, options);
      },
    },
  };
  const at = (...names: string[]) => join(folder.path, ...names);
  const repository = (name: string, first = name) => {
    mkdirSync(at(name), { recursive: true });
    git(at(name), "init", "-q");
    commit(name, first);
  };
  const commit = (name: string, text: string) => {
    writeFileSync(at(name, "file"), text);
    git(at(name), "add", ".");
    git(at(name), "commit", "-qm", text);
  };
  const read = async (name: string) => {
    const { workspace } = await readWorkspace(at(name));
    return identityOf(host, workspace);
  };
  const id = async (name: string) => (await read(name)).id;
  return { host, runs, at, repository, commit, read, id, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe("the identity of a project", () => {
  it("is one for all clones, worktrees and copies of a repository, and another for each repository", async () => {
    using machine = openMachine();
    const { at, repository, commit, id } = machine;
    repository("shop");
    repository("other");
    const shop = await id("shop");
    commit("shop", "second");
    git(at(), "clone", "-q", "shop", "clone");
    git(at("shop"), "worktree", "add", "-q", at("tree"));
    cpSync(at("shop"), at("copy"), { recursive: true });
    expect(await Promise.all(["clone", "tree", "copy", "shop"].map(id))).toEqual([shop, shop, shop, shop]);
    expect(await id("other")).not.toBe(shop);
    git(at("clone"), "-c", "protocol.file.allow=always", "submodule", "add", "-q", at("other"), "sub");
    expect(await id("clone/sub")).toBe(await id("other"));
    expect(shop).toMatch(/^[0-9a-f]{12}$/);
  });

  it("tells the folders of a repository apart, the same way in each clone", async () => {
    using machine = openMachine();
    const { at, repository, commit, id } = machine;
    repository("mono");
    for (const name of ["api", "web"]) {
      mkdirSync(at("mono", name));
      commit(`mono/${name}`, name);
    }
    git(at(), "clone", "-q", "mono", "clone");
    const ids = await Promise.all(["mono", "mono/api", "mono/web"].map(id));
    expect(new Set(ids).size).toBe(3);
    expect(await Promise.all(["clone", "clone/api", "clone/web"].map(id))).toEqual(ids);
  });

  it("is the folder's own without git, stays with it when it is moved, and is not a copy's", async () => {
    using machine = openMachine();
    const { at, read, id, runs } = machine;
    mkdirSync(at("plain"));
    const plain = await read("plain");
    expect([...plain.known]).toEqual([plain.id]);
    cpSync(at("plain"), at("copy"), { recursive: true });
    renameSync(at("plain"), at("moved"));
    expect(await id("moved")).toBe(plain.id);
    expect(await id("copy")).not.toBe(plain.id);
    expect(runs).toEqual([]);
  });

  it("knows what it was before the first commit, and before its history was cut off or written anew", async () => {
    using machine = openMachine();
    const { at, repository, commit, read, id, host } = machine;
    repository("shop");
    commit("shop", "second");
    git(at(), "clone", "-q", "--depth", "1", `file://${at("shop")}`, "shallow");
    const shallow = await read("shallow");
    expect(shallow.id).not.toBe(await id("shop"));
    git(at("shallow"), "fetch", "-q", "--unshallow");
    expect(await id("shallow")).toBe(await id("shop"));
    expect((await read("shallow")).known).toContain(shallow.id);

    mkdirSync(at("new"));
    git(at("new"), "init", "-q");
    const before = await id("new");
    commit("new", "first");
    const after = await read("new");
    expect(after.id).not.toBe(before);
    expect(after.known).toEqual(new Set([after.id, before]));

    git(at("new"), "checkout", "-q", "--orphan", "again");
    commit("new", "written anew");
    expect(await read("new")).toEqual(after);
    rmSync(at("new", ".git"), { recursive: true });
    expect(await read("new")).toEqual(after);
    git(at("new"), "init", "-q");
    commit("new", "another repository");
    const another = await read("new");
    expect(another.id).not.toBe(after.id);
    expect([...another.known]).toEqual([another.id, after.id, before]);
    const { folder } = (await readWorkspace(at("new"))).workspace;
    expect(await knownAs(host, folder)).toEqual(another.known);
  });

  it("asks git once, and again where nothing can be kept", async () => {
    using machine = openMachine();
    const { at, repository, id, runs } = machine;
    repository("shop");
    const first = await id("shop");
    const asked = runs.length;
    expect(asked).toBe(2);
    expect(await id("shop")).toBe(first);
    expect(runs).toHaveLength(asked);
    rmSync(at("state"), { recursive: true });
    writeFileSync(at("state"), "no folder");
    expect(await id("shop")).toBe(first);
    expect(runs).toHaveLength(2 * asked);
  });

  it("is not that of the repository whose hook runs it, nor of one that replaces commits", async () => {
    using machine = openMachine();
    const { at, repository, id } = machine;
    repository("shop");
    repository("other");
    const before = process.env.GIT_DIR;
    process.env.GIT_DIR = at("other", ".git");
    const shop = await id("shop").finally(() => {
      if (before === undefined) delete process.env.GIT_DIR;
      else process.env.GIT_DIR = before;
    });
    rmSync(at("state"), { recursive: true });
    expect(await id("shop")).toBe(shop);
    expect(await id("other")).not.toBe(shop);
  });

  it("takes a record that is none for none", async () => {
    using machine = openMachine();
    const { at, repository, id } = machine;
    repository("shop");
    const shop = await id("shop");
    const [name = ""] = readdirSync(at("state/devenv/projects"));
    for (const text of ["", "null", "[]", '{"version":1,"mark":"x","ids":["../../x",3]}', '{"version":2}']) {
      writeFileSync(at("state/devenv/projects", name), text);
      expect(await id("shop")).toBe(shop);
    }
  });
});
