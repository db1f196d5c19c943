/** What one repository says of its files, from what stands on the disk. */
import { type BigIntStats, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../host/reason.ts";
import { type GitFolder, gitFolderAbove, gitFolderAt } from "./git-folder.ts";
import { readIndex, type Tracked } from "./git-index.ts";
import { type Patterns, readPatterns } from "./patterns.ts";

export interface RepositoryOptions {
  /** Absolute real path of a folder: the top of the repository, or, with `isInner`, one in it. */
  readonly folder: string;
  readonly isInner: boolean;
  readonly uid: number | undefined;
  readonly ignoresCase: boolean;
}

export interface Repository {
  readonly folder: GitFolder;
  /** Of the folder in the repository: `packages/app`; the top has an empty one. */
  readonly prefix: string;
  /** Of the folders above, from the deepest on; relative to the top. */
  readonly above: readonly { readonly folder: string; readonly patterns: Patterns }[];
  /** Of `info/exclude`. */
  readonly exclude: Patterns | undefined;
  /** Changes when anything of it does. */
  readonly mark: string;
}

/** Undefined where the folder is in none. */
export function openRepository(options: RepositoryOptions): Repository | undefined {
  const { folder, isInner, uid, ignoresCase } = options;
  const own = gitFolderAt(folder);
  const found = own !== undefined ? { folder: own, top: folder } : isInner ? gitFolderAbove(folder, uid) : undefined;
  if (found === undefined) return undefined;
  const prefix = folder.slice(found.top.length).replaceAll("\\", "/").replace(/^\/+/, "");
  const read = (file: string) => {
    const text = readBytes(file);
    return { text, patterns: text === "" ? undefined : readPatterns(text, { ignoresCase }) };
  };
  const exclude = read(join(found.folder.common, "info", "exclude"));
  const files = foldersAbove(prefix).map((one) => {
    const file = join(found.top, one, ".gitignore");
    // git follows no link there
    return { folder: one, ...(statsOf(file)?.isFile() ? read(file) : { text: "", patterns: undefined }) };
  });
  return {
    ...{ folder: found.folder, prefix, exclude: exclude.patterns },
    above: files.flatMap(({ folder: one, patterns }) => (patterns === undefined ? [] : { folder: one, patterns })),
    mark: JSON.stringify([found.folder, prefix, exclude.text, files.map(({ text }) => text)]),
  };
}

/** Changes with each change of the index. */
export function indexMark({ folder }: Repository): string {
  const stats = statsOf(join(folder.own, "index"));
  return stats === undefined ? "" : [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(" ");
}

/** What the index tells, of the folder and what is in it, relative to it; undefined where it cannot be read. */
export function trackedIn({ folder, prefix }: Repository): readonly Tracked[] | undefined {
  const start = prefix === "" ? "" : `${prefix}/`;
  const entries = readEntries(folder.own);
  return entries
    ?.filter(({ path }) => path.startsWith(start))
    .map(({ path, kind }) => ({ path: path.slice(start.length), kind }));
}

function readEntries(folder: string): readonly Tracked[] | undefined {
  try {
    return readIndex(readFileSync(join(folder, "index")), (name) => readFileSync(join(folder, name)));
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? [] : undefined;
  }
}

/** Of `a/b/c`: `a/b`, `a`, and the top. */
function foldersAbove(prefix: string): readonly string[] {
  if (prefix === "") return [];
  const names = prefix.split("/");
  return names.map((_, count) => names.slice(0, count).join("/")).reverse();
}

/** A byte a character; empty where there is no such file. */
export function readBytes(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function statsOf(file: string): BigIntStats | undefined {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
