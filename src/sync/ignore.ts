/** What is not synced: rules in the syntax of `.gitignore`, and volumes of their own. */
import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ignore, { type Ignore } from "ignore";
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
  const own = ignore(caseCounts).add([...patterns]);
  const files = new Map([...gitignores].map(([folder, text]) => [folder, ignore(caseCounts).add(text)]));
  return (path, isFolder) => {
    if (volumes.some((volume) => isWithin(path, volume))) return true;
    const named = isFolder ? `${path}/` : path;
    const said = own.test(named);
    if (said.ignored || said.unignored) return said.ignored;
    return isIgnoredByFiles(files, path, named);
  };
}

/** As in the container, whatever the host's file system makes of it. */
const caseCounts = { ignorecase: false };

/** The nearest file that says anything about the path decides. */
function isIgnoredByFiles(files: ReadonlyMap<Path, Ignore>, path: Path, named: string): boolean {
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    const relative = folder === "" ? named : named.slice(folder.length + 1);
    const said = files.get(folder)?.test(relative);
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
