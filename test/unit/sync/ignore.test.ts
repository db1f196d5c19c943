import { describe, expect, it } from "vitest";
import { createIgnores, readGitignores } from "../../../src/sync/ignore.ts";
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
  ])("%s", (_name, patterns, paths, expected) => {
    expect(ignored(createIgnores({ patterns, volumes: [] }), paths)).toEqual(expected);
  });

  it("leave out volumes and all that is in them, but not what is named alike", () => {
    const ignores = createIgnores({ patterns: ["!node_modules"], volumes: ["node_modules", "a/b"] });
    const paths = ["node_modules/", "node_modules/x", "node_modules2/", "c/node_modules/", "a/", "a/b/", "a/bc"];
    expect(ignored(ignores, paths)).toEqual(["node_modules/", "node_modules/x", "a/b/"]);
  });
});

describe("the project's own files", () => {
  it("count from their folders, the deeper before the upper, and the config before both", async () => {
    using project = temporaryFolder({
      ".gitignore": "*.log\n/out/\nsecret\n",
      "sub/.gitignore": "!important.log\n/local\n",
      "sub/deep/.gitignore": "important.log\n",
      "out/.gitignore": "!*\n",
      "sub/local/.gitignore": "!*\n",
      ".git/.gitignore": "*\n",
    });
    const rules = { patterns: ["!secret", "*.tmp"], volumes: [] };
    const gitignores = await readGitignores(project.path, rules);
    // none of those that are ignored themselves
    expect([...gitignores.keys()].sort()).toEqual(["", "sub", "sub/deep"]);
    const ignores = createIgnores({ ...rules, gitignores });
    expect(
      ignored(ignores, [
        ...["a.log", "sub/a.log", "sub/important.log", "sub/deep/important.log", "important.log"],
        ...["out/", "sub/out/", "sub/local", "local", "sub/deep/local", "secret", "sub/x.tmp"],
      ]),
    ).toEqual(["a.log", "sub/a.log", "sub/deep/important.log", "important.log", "out/", "sub/local", "sub/x.tmp"]);
  });

  it("are none where there is none", async () => {
    using project = temporaryFolder({ "a/b": "" });
    expect(await readGitignores(project.path, { patterns: [], volumes: [] })).toEqual(new Map());
  });
});
