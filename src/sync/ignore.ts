/** What is not synced: rules in the syntax of `.gitignore`, and volumes of their own. */
import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ignore, { type Ignore, type TestResult } from "ignore";
import type { Path } from "./entry.ts";
import type { Ignores } from "./session-options.ts";
import { isWithin, joinPath, parentOf } from "./tree.ts";

export interface IgnoreRules {
  /** Lines as in a `.gitignore` at the root. */
  readonly patterns: readonly string[];
  /** Folders that are volumes in the container, relative to the workspace. */
  readonly volumes: readonly Path[];
  /** Texts of the project's own `.gitignore` files, by folder; none if they are not asked for. */
  readonly gitignores?: ReadonlyMap<Path, string> | undefined;
}

/** The later and the deeper rule counts; what is in an ignored folder is ignored. `.git` never is unless a pattern says so. */
export function createIgnores({ patterns, volumes, gitignores = new Map() }: IgnoreRules): Ignores {
  const own = openRules(patterns);
  const files = new Map([...gitignores].map(([folder, text]) => [folder, openRules(text.split(/\r?\n/))]));
  return (path, isFolder) => {
    if (volumes.some((volume) => isWithin(path, volume))) return true;
    const named = isFolder ? `${path}/` : path;
    const said = own(named);
    if (said?.ignored || said?.unignored) return said.ignored;
    return files.size > 0 && isIgnoredByFiles(files, path, named);
  };
}

/** Undefined where there are no rules. */
type Rules = (path: string) => TestResult | undefined;

/** What was asked for is kept by the rules: of so many paths at most. */
const mostAsked = 4096;

function openRules(lines: readonly string[]): Rules {
  if (lines.every((line) => line.trim() === "")) return () => undefined;
  let rules: Ignore | undefined;
  let asked = 0;
  return (path) => {
    if (asked % mostAsked === 0) rules = ignore(caseCounts).add([...lines]);
    asked += 1;
    return rules?.test(path);
  };
}

/** As in the container, whatever the host's file system makes of it. */
const caseCounts = { ignorecase: false };

/** The nearest file that says anything about the path decides. */
function isIgnoredByFiles(files: ReadonlyMap<Path, Rules>, path: Path, named: string): boolean {
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    const relative = folder === "" ? named : named.slice(folder.length + 1);
    const said = files.get(folder)?.(relative);
    if (said?.ignored || said?.unignored) return said.ignored;
    if (folder === "") return false;
  }
}

/** The texts of all `.gitignore` files of a project, but for those in folders that are ignored. */
export async function readGitignores(root: string, rules: IgnoreRules): Promise<ReadonlyMap<Path, string>> {
  const found = new Map<Path, string>();
  const visit = async (folder: Path): Promise<void> => {
    const entries = await entriesOf(join(root, folder));
    if (entries.some((entry) => entry.name === ".gitignore" && entry.isFile())) {
      found.set(folder, await readFile(join(root, folder, ".gitignore"), "utf8").catch(() => ""));
    }
    const ignores = createIgnores({ ...rules, gitignores: found });
    const folders = entries
      .filter((entry) => entry.isDirectory() && entry.name !== ".git")
      .map(({ name }) => joinPath(folder, name));
    for (const below of folders) if (!ignores(below, true)) await visit(below);
  };
  await visit("");
  return found;
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
