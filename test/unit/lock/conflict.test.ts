import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { mergeLockfiles } from "../../../src/lock/conflict.ts";
import { parseLockfile, parseMergedLockfile, printLockfile } from "../../../src/lock/format.ts";
import type { Lockfile } from "../../../src/lock/lockfile.ts";
import { amd64, lockOf } from "../../support/locks.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const run = promisify(execFile);
const sha256 = "a".repeat(64);
const environment = { requests: { "image.from": "bootstrap(bookworm)" }, images: {} };
const withEnvironment = (lock: Lockfile, name: string): Lockfile => ({
  ...lock,
  environments: { ...lock.environments, dev: environment, [name]: environment },
});
const chain = (name: string) => `apt(git) > apt(${name})`;
const before = { ...lockOf({ "apt(git)": { git: "1" } }), environments: { dev: environment } };
const ours = withEnvironment(lockOf({ "apt(git)": { git: "1" }, [chain("curl")]: { curl: "8" } }), "api");
const theirs = withEnvironment(lockOf({ "apt(git)": { git: "1" }, [chain("jq")]: { jq: "1.6" } }), "web");

/** As git leaves it, in the style that the user chose. */
async function conflict(style: "merge" | "diff3" | "zdiff3"): Promise<string> {
  using folder = temporaryFolder();
  const git = (...args: readonly string[]) => run("git", args, { cwd: folder.path });
  const file = join(folder.path, "devenv-lock.json");
  const commit = async (lock: Lockfile) => {
    writeFileSync(file, printLockfile(lock));
    await git("add", ".");
    await git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "a");
  };
  await git("init", "--quiet", "--initial-branch", "main");
  await commit(before);
  await git("switch", "--quiet", "--create", "theirs");
  await commit(theirs);
  await git("switch", "--quiet", "main");
  await commit(ours);
  await git("-c", `merge.conflictStyle=${style}`, "merge", "--quiet", "theirs").catch(() => undefined);
  return readFileSync(file, "utf8");
}

describe("parseMergedLockfile", () => {
  it.each(["merge", "diff3", "zdiff3"] as const)(
    "keeps the pins of both sides of a conflict in git's style %s",
    async (style) => {
      const text = await conflict(style);
      expect(await thrown((async () => parseLockfile(text))())).toMatchObject({ code: "LOCK_CONFLICT" });
      const merged = parseMergedLockfile(text);
      expect(Object.keys(merged.environments).sort()).toEqual(["api", "dev", "web"]);
      const sets = Object.values(merged.packages).flatMap((platforms) => Object.keys(platforms[amd64] ?? {}));
      expect(sets.sort()).toEqual(["apt(git)", chain("curl"), chain("jq")]);
    },
  );

  it("reads a text without marks as it is, and says where a side is no lock", async () => {
    expect(parseMergedLockfile(printLockfile(ours))).toEqual(ours);
    const text = "<<<<<<< HEAD\n{}\n=======\n{ nothing\n>>>>>>> theirs\n";
    expect(await thrown((async () => parseMergedLockfile(text))())).toMatchObject({ code: "LOCK_INVALID" });
  });
});

describe("mergeLockfiles", () => {
  it("takes one's pin where both pin the same, and never a set that was chosen upon another", () => {
    const one = lockOf({ "apt(git)": { git: "2" } });
    const other = lockOf({ "apt(git)": { git: "1" }, [chain("jq")]: { jq: "1.6" }, "apt(vim)": { vim: "9" } });
    const [platforms] = Object.values(mergeLockfiles(one, other).packages);
    expect(Object.keys(platforms?.[amd64] ?? {}).sort()).toEqual(["apt(git)", "apt(vim)"]);
    expect(platforms?.[amd64]?.["apt(git)"]?.git?.version).toBe("2");
  });

  it("mixes neither two states of a tag, nor packages of two bases", () => {
    const base = (index: string, platform: string) => ({
      index: `sha256:${index}`,
      platforms: { [platform]: { manifest: `sha256:${sha256}` } },
    });
    const lock = (bases: Lockfile["bases"], packages: Lockfile["packages"] = {}): Lockfile => ({
      archives: {},
      bases,
      packages,
      environments: {},
    });
    const same = mergeLockfiles(lock({ a: base("1", amd64) }), lock({ a: base("1", "linux/arm64") }));
    expect(Object.keys(same.bases.a?.platforms ?? {}).sort()).toEqual([amd64, "linux/arm64"]);
    const moved = mergeLockfiles(lock({ a: base("1", amd64) }), lock({ a: base("2", "linux/arm64") }));
    expect(moved.bases.a).toEqual(base("1", amd64));
    const set = { [amd64]: { "apt(git)": {} } };
    const local = (layers: string) => ({ platforms: { [amd64]: { layers } } });
    expect(mergeLockfiles(lock({ a: local("1") }), lock({ a: local("2") }, { a: set })).packages).toEqual({
      a: {},
    });
  });
});
