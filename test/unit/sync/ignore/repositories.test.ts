/** Which repository counts where, and where it keeps what it tracks. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readIndex } from "../../../../src/sync/ignore/git-index.ts";
import { openIgnoreFiles } from "../../../../src/sync/ignore-files.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

function git(cwd: string, ...args: readonly string[]): string {
  const all = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always", ...args];
  return execFileSync("git", all, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Those of the paths that come in, with the folders above them; a folder ends with a slash. */
async function kept(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const { ignores } = await openIgnoreFiles({
    ...{ root, uid: process.getuid?.(), rules: { patterns: [], volumes: [] } },
    settings: { excludesFile: undefined, ignoresCase: false },
    onChange() {},
  });
  const isIn = (path: string, isFolder: boolean): boolean =>
    !ignores(path, isFolder) && (!path.includes("/") || isIn(path.slice(0, path.lastIndexOf("/")), true));
  return paths.filter((path) => isIn(path.replace(/\/$/, ""), path.endsWith("/")));
}

it("goes by a repository above, its rules and what it tracks", async () => {
  using folder = temporaryFolder({
    ".gitignore": "*.log\n/top\n/apps/web/gone\n",
    "apps/.gitignore": "!b.log\ndist/\n",
    "apps/web/dist/a": "",
    "apps/web/dist/b": "",
  });
  git(folder.path, "init", "--quiet");
  appendFileSync(join(folder.path, ".git/info/exclude"), "*.tmp\n");
  git(folder.path, "add", "--force", "apps/web/dist/a");
  const root = join(folder.path, "apps/web");
  const paths = ["a.log", "b.log", "top", "gone", "a.tmp", "dist/", "dist/a", "dist/b"];
  expect(await kept(root, paths)).toEqual(["b.log", "top", "dist/", "dist/a"]);
});

it("does not go by one above that leaves the whole workspace out", async () => {
  using home = temporaryFolder({ ".gitignore": "/*\n", "shop/a": "", "shop/.gitignore": "b\n" });
  git(home.path, "init", "--quiet");
  expect(await kept(join(home.path, "shop"), ["a", "b"])).toEqual(["a"]);
});

it("lets each repository in the workspace have its own rules, and leaves out one that is ignored as a whole", async () => {
  using folder = temporaryFolder({
    ".gitignore": "*.log\nvendor/\n",
    "inner/.gitignore": "*.tmp\n",
    "inner/a.log": "",
    "vendor/a": "",
  });
  for (const path of ["", "inner", "vendor"]) git(join(folder.path, path), "init", "--quiet");
  const paths = ["a.log", "inner/", "inner/a.log", "inner/a.tmp", "inner/.git/", "vendor/", "vendor/a"];
  expect(await kept(folder.path, paths)).toEqual(["inner/", "inner/a.log", "inner/.git/"]);
});

it("brings a submodule in although a rule matches its folder, with what its own rules leave", async () => {
  using folder = temporaryFolder({ "library/a": "", "library/.gitignore": "out\n" });
  const library = join(folder.path, "library");
  git(library, "init", "--quiet");
  git(library, "add", ".");
  git(library, "commit", "--quiet", "--message", "a");
  const shop = join(folder.path, "shop");
  mkdirSync(shop);
  writeFileSync(join(shop, ".gitignore"), "vendor/\n*.log\n");
  git(shop, "init", "--quiet");
  git(shop, "submodule", "--quiet", "add", "--force", library, "vendor/library");
  const paths = [
    "vendor/",
    "vendor/other",
    "library/",
    "vendor/library/",
    "vendor/library/a.log",
    "vendor/library/out",
  ];
  expect(await kept(shop, paths)).toEqual(["vendor/", "library/", "vendor/library/", "vendor/library/a.log"]);
});

it("takes a `.git` that is no repository for nothing", async () => {
  using folder = temporaryFolder({ ".gitignore": "*.log\n", "a/.git/x": "", "b/.git": "gitdir: ../nowhere\n" });
  expect(await kept(folder.path, ["a/a.log", "b/a.log", "a/x"])).toEqual(["a/x"]);
});

it.each([
  ["of version 2", ["-c", "index.version=2"]],
  ["of version 3", ["-c", "index.version=3"]],
  ["of version 4", ["-c", "index.version=4"]],
  ["that is split", ["-c", "core.splitIndex=true", "-c", "splitIndex.maxPercentChange=100"]],
])("reads an index %s", (_name, set) => {
  using folder = temporaryFolder(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f/${n % 7}/é${n}`, ""])));
  git(folder.path, "init", "--quiet");
  git(folder.path, ...set, "add", "f/0", "f/1");
  git(folder.path, ...set, "update-index", "--index-version", set[1]?.at(-1) === "4" ? "4" : "2");
  git(folder.path, ...set, "add", ".");
  git(folder.path, ...set, "rm", "--quiet", "--cached", "-r", "f/1");
  git(folder.path, ...set, "add", "--intent-to-add", "f/1/é1");
  expectAsGit(folder.path);
});

it("reads the index of a repository whose ids are of sha256, and a sparse one", () => {
  using folder = temporaryFolder({ "a/b": "", "c/d": "", e: "" });
  git(folder.path, "init", "--quiet", "--object-format=sha256");
  git(folder.path, "add", ".");
  expectAsGit(folder.path);
  git(folder.path, "commit", "--quiet", "--message", "a");
  git(folder.path, "sparse-checkout", "set", "--cone", "--sparse-index", "a");
  expect(indexOf(folder.path)).toEqual([
    { path: "a/b", kind: "file" },
    { path: "c", kind: "folder" },
    { path: "e", kind: "file" },
  ]);
});

it("refuses what is no index", () => {
  using folder = temporaryFolder({ a: "" });
  git(folder.path, "init", "--quiet");
  git(folder.path, "add", ".");
  const index = readFileSync(join(folder.path, ".git/index"));
  for (let length = 0; length < index.length; length += 1) {
    expect(() => readIndex(index.subarray(0, length), () => new Uint8Array())).toThrow(RangeError);
  }
  expect(() => readIndex(Buffer.alloc(100), () => new Uint8Array())).toThrow(RangeError);
});

function indexOf(root: string) {
  const read = (name: string) => readFileSync(join(root, ".git", name));
  return readIndex(read("index"), read).toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function expectAsGit(root: string): void {
  const paths = git(root, "ls-files", "-z").split("\0").slice(0, -1).sort();
  expect(paths.length).toBeGreaterThan(0);
  expect(indexOf(root).map(({ path }) => path)).toEqual(paths);
}
