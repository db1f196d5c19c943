import { describe, expect, it } from "vitest";
import { createIgnores } from "../../../src/sync/ignore.ts";
import { openIgnoreFiles } from "../../../src/sync/ignore-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Those of the paths that are ignored; a folder ends with a slash. */
function ignored(ignores: ReturnType<typeof createIgnores>, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => ignores(path.replace(/\/$/, ""), path.endsWith("/")));
}

describe("rules in gitignore's syntax", () => {
  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ["a name at any depth", ["*.log"], ["a.log", "b/c.log", "b/c.txt", "log"], ["a.log", "b/c.log"]],
    ["a place from the root", ["/build"], ["build/", "build", "a/build/"], ["build/", "build"]],
    ["a folder only", ["out/"], ["out/", "out", "a/out/"], ["out/", "a/out/"]],
    ["a path", ["a/b"], ["a/b", "c/a/b", "b"], ["a/b"]],
    ["stars over folders", ["a/**/z"], ["a/z", "a/b/c/z", "z"], ["a/z", "a/b/c/z"]],
    ["what is taken out again", ["*.log", "!keep.log"], ["a.log", "keep.log", "b/keep.log"], ["a.log"]],
    ["the later one", ["!a", "a"], ["a"], ["a"]],
    ["what is in an ignored folder", ["out/", "!out/keep"], ["out/keep"], ["out/keep"]],
    ["comments, blanks and escapes", ["# a", "", "\\#b", "c\\ "], ["# a", "a", "#b", "c "], ["#b", "c "]],
    ["case counts", ["*.LOG"], ["a.log", "a.LOG"], ["a.LOG"]],
    ["nothing by default", [], [".git/", ".git/HEAD", "a"], []],
    [".git if it is said", [".git"], [".git/", ".git/HEAD"], [".git/", ".git/HEAD"]],
    ["nothing below .git", ["logs", "*.lock", "build/"], [".git/logs/", ".git/refs/heads/build/", ".git/a.lock"], []],
    [
      "what is in .git if it is said",
      [".git/lfs", "logs"],
      [".git/", ".git/lfs/", ".git/lfs/a", ".git/logs/", "a/.git/lfs/"],
      [".git/lfs/", ".git/lfs/a"],
    ],
  ])("%s", (_name, patterns, paths, expected) => {
    expect(ignored(createIgnores({ patterns, volumes: [] }), paths)).toEqual(expected);
  });

  it("leave out volumes and all that is in them, but not what is named alike", () => {
    const ignores = createIgnores({ patterns: ["!node_modules"], volumes: ["node_modules", "a/b"] });
    const paths = ["node_modules/", "node_modules/x", "node_modules2/", "c/node_modules/", "a/", "a/b/", "a/bc"];
    expect(ignored(ignores, paths)).toEqual(["node_modules/", "node_modules/x", "a/b/"]);
  });
});

describe("git's own rules", () => {
  const settings = { excludesFile: undefined, ignoresCase: false };
  const open = async (root: string, patterns: readonly string[] = []) => {
    const files = await openIgnoreFiles({
      ...{ root, uid: undefined, settings, rules: { patterns, volumes: [] } },
      onChange() {},
    });
    return files.ignores;
  };

  it("count from their folders, the deeper before the upper, and the config before both", async () => {
    using project = temporaryFolder({
      ".gitignore": "*.log\n/out/\nsecret\n",
      "sub/.gitignore": "!important.log\n/local\n",
      "sub/deep/.gitignore": "important.log\n",
      "out/.gitignore": "!*\n",
      "sub/local/.gitignore": "!*\n",
      ".git/.gitignore": "*\n",
    });
    const ignores = await open(project.path, ["!secret", "*.tmp"]);
    expect(
      ignored(ignores, [
        ...["a.log", "sub/a.log", "sub/important.log", "sub/deep/important.log", "important.log"],
        // those in folders that are left out do not count
        ...["out/", "out/a", "sub/out/", "sub/local", "sub/local/a", "local", "sub/deep/local", "secret", "sub/x.tmp"],
      ]),
    ).toEqual([
      ...["a.log", "sub/a.log", "sub/deep/important.log", "important.log"],
      ...["out/", "out/a", "sub/local", "sub/local/a", "sub/x.tmp"],
    ]);
  });

  it("let a folder that a deeper file brings back in come with all that is in it", async () => {
    using project = temporaryFolder({
      ".gitignore": "generated/\n*.bin\n",
      "sub/.gitignore": "!generated/\n",
      "sub/generated/a": "",
      "sub/generated/b.bin": "",
    });
    const ignores = await open(project.path);
    expect(ignored(ignores, ["generated/", "sub/generated/", "sub/generated/a", "sub/generated/b.bin"])).toEqual([
      ...["generated/", "sub/generated/b.bin"],
    ]);
  });

  it("never count at `.git` or below it", async () => {
    using project = temporaryFolder({ ".gitignore": "*\nlogs\nheads\n.git\n" });
    const ignores = await open(project.path);
    expect(ignored(ignores, [".git/", ".git/HEAD", ".git/logs/", ".git/refs/heads/", "logs/", "a/"])).toEqual([
      ...["logs/", "a/"],
    ]);
  });

  it("are none where there is none", async () => {
    using project = temporaryFolder({ "a/b": "" });
    const ignores = await open(project.path);
    expect(ignored(ignores, ["a/", "a/b"])).toEqual([]);
  });
});
