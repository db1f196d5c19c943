/** Where git finds the repository of a folder, told by its files alone: no git is needed, and `GIT_DIR` does not count. */
import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Host } from "./host.ts";

export interface GitLook {
  /** Undefined where there is no repository. */
  readonly place: GitPlace | undefined;
  /** What decided that: files and folders with the names in them, and paths that are absent. */
  readonly read: readonly string[];
  /** Folders that count by their identity alone. */
  readonly folders: readonly string[];
}

export interface GitPlace {
  /** Absolute real path of the folder that has `.git`: the one that was asked for, or one above it. */
  readonly top: string;
  /** The way from there to the folder that was asked for; empty where it is the same. */
  readonly below: string;
  /** Where `.git` is a file. */
  readonly pointed?: PointedGit | undefined;
  /** Why git cannot work with it, or why what `.git` says is not believed. */
  readonly problem?: string | undefined;
  /** Every work tree beside the main one, this one too. */
  readonly worktrees: readonly LinkedWorktree[];
  /** Folders of other repositories' objects that it takes for its own: absolute, or relative to that of its own. */
  readonly borrowed: readonly string[];
}

/** A git folder that stands elsewhere, and that knows this folder as its own. */
export interface PointedGit {
  readonly kind: "worktree" | "submodule";
  /** Of a work tree: of its folder below `worktrees`. */
  readonly name?: string | undefined;
  /** Absolute real path of the folder with objects and refs, which holds all else too. */
  readonly folder: string;
  /** The same as `.git` names it: absolute, or relative to `top`. */
  readonly named: string;
  /** Of a submodule: its work tree, relative to its git folder or absolute. */
  readonly worktree?: string | undefined;
  /** Of a work tree: submodules were checked out in it. */
  readonly hasSubmodules?: boolean | undefined;
}

export interface LinkedWorktree {
  /** Of its folder below `worktrees`. */
  readonly name: string;
  /** Its `.git` file, absolute or relative to that folder. */
  readonly gitFile: string;
}

/** `root` is an absolute real path. */
export function readGitPlace({ uid }: Pick<Host, "uid">, root: string): GitLook {
  const absent: string[] = [];
  for (let top = root; ; top = dirname(top)) {
    const path = join(top, ".git");
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const isRepository = stats !== undefined && !(stats.isDirectory() && !isFile(join(path, "HEAD")));
    if (isRepository) {
      const { place, read, folders } = describe({ top, path, stats, uid });
      const below = relative(top, root).replaceAll("\\", "/");
      return { place: { ...place, top, below }, read: [...absent, ...read], folders };
    }
    absent.push(path);
    if (dirname(top) === top) return { place: undefined, read: absent, folders: [] };
  }
}

interface Found {
  readonly top: string;
  /** Of `.git`. */
  readonly path: string;
  readonly stats: Stats;
  readonly uid: number | undefined;
}

interface Described extends Omit<GitLook, "place"> {
  readonly place: Omit<GitPlace, "top" | "below">;
}

function describe(found: Found): Described {
  const { path, stats } = found;
  if (stats.isDirectory()) {
    const { worktrees, read } = readWorktrees(path);
    const problem = belongsTo(stats, found) ? undefined : `\`${path}\` belongs to another user`;
    const { borrowed, read: other } = readBorrowed(path);
    return { place: { problem, worktrees, borrowed }, read: [...read, other], folders: [path] };
  }
  const named = stats.isFile() && stats.size < longestFile ? nameIn(path) : undefined;
  if (named === undefined) {
    const is = stats.isSymbolicLink()
      ? "a link, which leads nowhere inside"
      : "neither a folder nor a file that names one";
    const problem = `\`${path}\` is ${is}`;
    return { place: { problem, ...nothing }, read: [path], folders: [] };
  }
  const gitDir = resolve(found.top, named);
  const marks = ["gitdir", "commondir", "config"].map((name) => join(gitDir, name));
  const pointed = readPointed({ named, gitDir, found });
  if (typeof pointed === "string") {
    return { place: { problem: pointed, ...nothing }, read: [path, gitDir, ...marks], folders: [] };
  }
  const { worktrees, read } = readWorktrees(pointed.folder);
  const decisive = pointed.kind === "worktree" ? marks.slice(0, 2) : marks;
  const { borrowed, read: other } = readBorrowed(pointed.folder);
  return {
    place: { pointed, worktrees, borrowed },
    read: [path, ...decisive, ...read, other],
    folders: [pointed.folder],
  };
}

const nothing = { worktrees: [], borrowed: [] };

/** Bytes: git's own limit is a megabyte, but no path is that long. */
const longestFile = 8192;
/** Of what else is read of a git folder. */
const largestText = 1024 * 1024;

function nameIn(path: string): string | undefined {
  const text = /^gitdir: ([^\0\n\r]+)[\r\n]*$/.exec(readText(path) ?? "");
  return text?.[1];
}

interface Pointer {
  readonly named: string;
  /** Absolute, links not followed. */
  readonly gitDir: string;
  readonly found: Found;
}

/** Anybody can write a path into a file: the folder must be one of git's, of the same user, and know this work tree. */
function readPointed(pointer: Pointer): PointedGit | string {
  const { named, gitDir, found } = pointer;
  const { top, path } = found;
  const real = realPath(gitDir);
  if (real === undefined) return `\`${path}\` names \`${gitDir}\`, which is not there`;
  const common = readText(join(real, "commondir"));
  const pointed = common === undefined ? readSubmodule(real, pointer) : readWorktree(real, common, pointer);
  if (pointed === undefined) {
    return `\`${path}\` names \`${gitDir}\`, which does not name \`${top}\` as its work tree; where one of them was moved, run \`git worktree repair\``;
  }
  const folder = statSync(pointed.folder);
  if (!isGitFolder(pointed.folder)) return `\`${path}\` names \`${named}\`, which is no git folder`;
  return belongsTo(folder, found) ? pointed : `\`${pointed.folder}\` belongs to another user`;
}

function readWorktree(real: string, common: string, { named, found: { top } }: Pointer): PointedGit | undefined {
  const folder = realPath(resolve(real, common.trim()));
  const back = readText(join(real, "gitdir"))?.trim() ?? "";
  if (folder === undefined || realPath(join(folder, "worktrees", basename(real))) !== real) return undefined;
  if (basename(back) !== ".git" || realPath(dirname(resolve(real, back))) !== top) return undefined;
  const hasSubmodules = isFolder(join(real, "modules"));
  return { kind: "worktree", folder, named: dirname(dirname(named)), name: basename(real), hasSubmodules };
}

function readSubmodule(real: string, { named, found: { top } }: Pointer): PointedGit | undefined {
  const worktree = coreWorktree(readText(join(real, "config")) ?? "");
  if (worktree === undefined || realPath(resolve(real, worktree)) !== top) return undefined;
  return { kind: "submodule", folder: real, named, worktree };
}

/** `core.worktree` of a config in git's syntax: the last one counts. */
function coreWorktree(config: string): string | undefined {
  let isCore = false;
  let found: string | undefined;
  for (const line of config.split("\n")) {
    const section = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (section !== undefined) isCore = section.trim().toLowerCase() === "core";
    const value = isCore ? /^\s*worktree\s*=(.*)$/i.exec(line)?.[1] : undefined;
    if (value !== undefined)
      found = value
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .replace(/\\(["\\])/g, "$1");
  }
  return found;
}

function isGitFolder(folder: string): boolean {
  return isFile(join(folder, "HEAD")) && ["objects", "refs"].every((name) => isFolder(join(folder, name)));
}

/** Root works on what others own, as long as it is one owner's: `sudo devenv up`. */
function belongsTo({ uid: owner }: Stats, { stats, uid }: Found): boolean {
  return uid === undefined || owner === uid || (uid === 0 && owner === stats.uid);
}

function readWorktrees(gitFolder: string): {
  readonly worktrees: readonly LinkedWorktree[];
  readonly read: readonly string[];
} {
  const folder = join(gitFolder, "worktrees");
  const files = namesIn(folder).map((name) => ({ name, file: join(folder, name, "gitdir") }));
  const worktrees = files.flatMap(({ name, file }) => {
    const gitFile = readText(file)?.trim() ?? "";
    return basename(gitFile) === ".git" ? [{ name, gitFile }] : [];
  });
  return { worktrees, read: [folder, ...files.map(({ file }) => file)] };
}

/** What `git clone --shared` and `--reference` write. */
function readBorrowed(gitFolder: string): { readonly borrowed: readonly string[]; readonly read: string } {
  const file = join(gitFolder, "objects/info/alternates");
  const lines = (readText(file) ?? "").split("\n");
  return { borrowed: lines.filter((line) => line !== "" && !line.startsWith("#")), read: file };
}

function namesIn(folder: string): readonly string[] {
  return orUndefined(() => readdirSync(folder).sort()) ?? [];
}

function readText(path: string): string | undefined {
  return orUndefined(() => {
    const stats = statSync(path);
    return stats.isFile() && stats.size < largestText ? readFileSync(path, "utf8") : undefined;
  });
}

function realPath(path: string): string | undefined {
  return orUndefined(() => realpathSync(path));
}

function isFile(path: string): boolean {
  return orUndefined(() => statSync(path).isFile()) ?? false;
}

function isFolder(path: string): boolean {
  return orUndefined(() => statSync(path).isDirectory()) ?? false;
}

function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
