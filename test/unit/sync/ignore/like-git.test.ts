/** What is left out is what git leaves out: random trees and rules, beside git itself. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openIgnoreFiles } from "../../../../src/sync/ignore-files.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../support/temporary-folder.ts";

const names = ["a", "b", "ab", "a b", "A", "é", "a.log", "#a", "!a", "a\\b", "[a]", "-", "b ", "build", "\u{1f980}"];
const nameOf = fc.constantFrom(...names);
const pathOf = fc.array(nameOf, { minLength: 1, maxLength: 4 }).map((steps) => steps.join("/"));

const piece = fc.oneof(
  { weight: 4, arbitrary: nameOf },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "*",
      "**",
      "?",
      "*.log",
      "a*",
      "**a",
      "a**",
      "*b*",
      "***",
      "?b",
      "a?",
      "*\\",
      "\\a",
      "\\ ",
      "z",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...["[ab]", "[!a]", "[^b]*", "[a-c]", "[]-a]", "[[:alpha:]]", "[[:upper:]b]", "[[:nope:]]", "[a", "[\\]a]"],
      ...["[!\\!]", "[a-", "[--a]", "[[:space:]]*", "[\u00e9]", "\\!a", "\\#a", "\\\\", "b\\ "],
    ),
  },
);
const pattern = fc
  .record({
    not: fc.boolean(),
    start: fc.constantFrom("", "", "/", "**/", "*/"),
    pieces: fc.array(piece, { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom("", "", "", "/", "/**", "/*", " ", "  \\ ", "\r", "\t"),
  })
  .map(({ not, start, pieces, end }) => `${not ? "!" : ""}${start}${pieces.join("/")}${end}`);
const line = fc.oneof(
  { weight: 12, arbitrary: pattern },
  { weight: 1, arbitrary: fc.constantFrom("", "#", "# a", "!", "/", "//", "!/", "a//", "\\", "a\\", "**/", "\\\\ ") },
);
const rules = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => `${lines.join("\n")}\n`);

const repository = fc.record({
  files: fc.uniqueArray(pathOf, { minLength: 1, maxLength: 14 }),
  gitignores: fc.array(fc.tuple(fc.oneof(fc.constant(""), pathOf), rules), { maxLength: 4 }),
  exclude: fc.option(rules, { nil: undefined }),
  everywhere: fc.option(rules, { nil: undefined }),
  tracked: fc.array(fc.nat(13), { maxLength: 6 }),
  version: fc.constantFrom("2", "3", "4"),
  isSplit: fc.boolean(),
  ignoresCase: fc.boolean(),
});
type Repository = typeof repository extends fc.Arbitrary<infer Value> ? Value : never;

interface Git {
  (...args: readonly string[]): string;
  /** What `check-ignore` prints of these paths. */
  ignored(paths: readonly string[]): readonly string[];
}

function openGit(cwd: string, set: Readonly<Record<string, string>>): Git {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const settings = Object.entries(set).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const git = (...args: readonly string[]) =>
    execFileSync("git", [...settings, ...args], { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return Object.assign(git, {
    ignored(paths: readonly string[]) {
      const words = [...settings, "check-ignore", "--no-index", "-z", "--stdin"];
      const { stdout } = spawnSync("git", words, { cwd, env, encoding: "utf8", input: paths.join("\0") });
      return stdout.split("\0").filter((path) => path !== "");
    },
  });
}

/** Of paths that cannot all be, those that can; no two that differ in case alone where that does not count. */
function build(folder: TemporaryFolder, { files, gitignores, ignoresCase }: Repository): void {
  const rulesFiles = gitignores.map(
    ([place, text]) => [place === "" ? ".gitignore" : `${place}/.gitignore`, text] as const,
  );
  for (const [path, text] of [...files.map((file) => [file, file] as const), ...rulesFiles]) {
    try {
      folder.write({ [ignoresCase ? path.replaceAll("A", "Z") : path]: text });
    } catch {}
  }
}

function walk(root: string, folder = ""): readonly { readonly path: string; readonly isFolder: boolean }[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    const isFolder = lstatSync(join(root, path)).isDirectory();
    if (name === ".git") return [];
    return isFolder ? [{ path, isFolder }, ...walk(root, path)] : [{ path, isFolder }];
  });
}

function split(text: string): readonly string[] {
  return text.split("\0").filter((path) => path !== "");
}

const { DEVENV_TEST_RUNS } = process.env;
const numRuns = Number(DEVENV_TEST_RUNS ?? 60);

it("leaves out what git leaves out, and nothing that it tracks", { timeout: 60_000 + numRuns * 500 }, async () => {
  using fresh = temporaryFolder();
  openGit(fresh.path, {})("init", "--quiet");
  await fc.assert(
    fc.asyncProperty(repository, async (made) => {
      using elsewhere = temporaryFolder({ everywhere: made.everywhere ?? "" });
      using folder = temporaryFolder();
      const root = folder.path;
      const excludesFile = join(elsewhere.path, "everywhere");
      const git = openGit(root, {
        "core.excludesFile": excludesFile,
        "core.ignoreCase": String(made.ignoresCase),
        "index.version": made.version,
        "core.splitIndex": String(made.isSplit),
      });
      cpSync(fresh.path, root, { recursive: true });
      build(folder, made);
      writeFileSync(join(root, ".git/info/exclude"), made.exclude ?? "");
      const all = walk(root);
      const files = all.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
      const tracked = made.tracked.flatMap((number) => files[number % files.length] ?? []);
      if (tracked.length > 0) git("--literal-pathspecs", "add", "--force", "--", ...tracked);

      const settings = { excludesFile, ignoresCase: made.ignoresCase };
      const rules = { patterns: [], volumes: [] };
      const { ignores } = await openIgnoreFiles({ root, uid: undefined, settings, rules, onChange() {} });
      const isIn = (path: string, isFolder: boolean): boolean =>
        !ignores(path, isFolder) && (!path.includes("/") || isIn(path.slice(0, path.lastIndexOf("/")), true));

      const kept = files.filter((path) => isIn(path, false)).sort();
      const byGit = split(git("ls-files", "-z", "--cached", "--others", "--exclude-standard"));
      expect(kept).toEqual([...new Set(byGit)].sort());
      const left = all.filter(({ path, isFolder }) => !isIn(path, isFolder)).map(({ path }) => path);
      const ignored = new Set(git.ignored(all.map(({ path }) => path)));
      const holdsTracked = (path: string) => tracked.some((one) => one === path || one.startsWith(`${path}/`));
      expect(left.sort()).toEqual([...ignored].filter((path) => !holdsTracked(path)).sort());
    }),
    DEVENV_TEST_RUNS === undefined ? { numRuns, interruptAfterTimeLimit: 20_000 } : { numRuns },
  );
});
