/** What git ignores in the workspace, followed as it changes: the `.gitignore` files, and what the repositories track. */
import { type Dirent, type FSWatcher, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Path } from "./entry.ts";
import { type FollowedRules, type GitSettings, openGitRules } from "./ignore/git-rules.ts";
import { createStandings, type IgnoreRules, isLeftOut, type StandingOf } from "./ignore.ts";
import type { Ignores } from "./session-options.ts";
import type { Side, Stamp, Stat } from "./side.ts";
import { joinPath, nameOf, parentOf } from "./tree.ts";

export interface IgnoreFiles {
  /** As the files are now. */
  readonly ignores: Ignores;
  /** The host's side, which sees when one of the files changes. */
  follow(host: Side): Side;
}

export interface IgnoreFilesOptions {
  /** Absolute real path of the workspace. */
  readonly root: string;
  readonly uid: number | undefined;
  readonly settings: GitSettings;
  /** What counts beside the files. */
  readonly rules: Omit<IgnoreRules, "git">;
  /** Other paths are ignored than before: both sides are to be read anew, at these or everywhere. */
  onChange(paths?: readonly Path[]): void;
}

/** The files are read before this resolves, so that nothing is looked at that they ignore. */
export async function openIgnoreFiles(options: IgnoreFilesOptions): Promise<IgnoreFiles> {
  const { root, uid, settings, onChange } = options;
  let standingOf: StandingOf = () => "in";
  const isExcluded = (path: Path, isFolder: boolean) => standingOf(path, isFolder) === "untracked";
  const git = openGitRules({ root, uid, ...settings, isExcluded });
  const rulesChanged = () => {
    standingOf = createStandings({ ...options.rules, git });
    git.forget();
  };
  rulesChanged();
  const ignores: Ignores = (path, isFolder) => isLeftOut(git, standingOf(path, isFolder), path, isFolder);
  await readAll({ root, git, ignores, onRules: rulesChanged });
  git.settle();
  const told = (isOther: boolean) => {
    if (!isOther) return;
    rulesChanged();
    onChange();
  };
  const lookAtIndexes = () => {
    const changed = git.lookAtIndexes();
    if (changed.length > 0) onChange(changed.flatMap((path) => withExcludedAbove(path, isExcluded)));
  };
  const seeGitignore = createSee(root, (folder, text) => told(git.put(folder, text)));
  const see: See = {
    gitignore: seeGitignore,
    isRepository: git.isTop,
    git(folder) {
      told(git.look(folder));
      lookAtIndexes();
    },
    outside() {
      told(git.lookOutside());
      lookAtIndexes();
    },
  };
  const watching = watchIndexes({ root, git, onIndex: lookAtIndexes });
  return {
    ignores,
    follow: (host) => ({ ...host, ...reading(host, see), ...writing(host, see), ...watching(host, see) }),
  };
}

const fileName = ".gitignore";

interface Walk {
  readonly root: string;
  readonly git: FollowedRules;
  readonly ignores: Ignores;
  onRules(): void;
}

/** All `.gitignore` files and repositories, but for those in folders that are ignored. */
async function readAll({ root, git, ignores, onRules }: Walk): Promise<void> {
  const visit = async (folder: Path): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((): Dirent[] => []);
    const isRepository = entries.some(({ name }) => name === ".git");
    const hasRules = entries.some((entry) => entry.name === fileName && entry.isFile());
    const isOther = [
      (isRepository || folder === "") && git.look(folder),
      hasRules && git.put(folder, await readText(join(root, folder, fileName))),
    ];
    if (isOther.includes(true)) onRules();
    for (const entry of entries) {
      const below = joinPath(folder, entry.name);
      if (entry.isDirectory() && entry.name !== ".git" && !ignores(below, true)) await visit(below);
    }
  };
  await visit("");
}

function readText(file: string): Promise<string> {
  return readFile(file, "latin1").catch(() => "");
}

/** What of the host's side may be one of the files, seen before anything beside it is looked at. */
interface See {
  /** Told of the file in a folder: what stands there by now. */
  gitignore(folder: Path, stat: Stat | string | undefined): Promise<void>;
  /** Whether there was one in a folder. */
  isRepository(folder: Path): boolean;
  /** Something of the git folder in a folder may have changed. */
  git(folder: Path): void;
  /** So may anything that is not in the workspace. */
  outside(): void;
}

function createSee(root: string, put: (folder: Path, text: string | undefined) => void): See["gitignore"] {
  const stamps = new Map<Path, Stamp>();
  const underWay = new Map<Path, Promise<void>>();
  return async (folder, stat) => {
    const stamp = typeof stat === "object" && stat.kind === "file" ? stat.stamp : undefined;
    // one that was written a moment ago may change once more behind the same stamp
    if (stamp !== undefined && stamp === stamps.get(folder) && !(typeof stat === "object" && stat.isFresh)) {
      return underWay.get(folder);
    }
    if (stamp === undefined) stamps.delete(folder);
    else stamps.set(folder, stamp);
    const read = stamp === undefined ? Promise.resolve(undefined) : readText(join(root, folder, fileName));
    const done = read.then((text) => put(folder, text));
    underWay.set(folder, done);
    await done;
    if (underWay.get(folder) === done) underWay.delete(folder);
  };
}

function reading(host: Side, see: See): Pick<Side, "list" | "stat"> {
  return {
    async list(path) {
      const listing = await host.list(path);
      // before the rest of the folder is looked at
      if (listing?.children.has(".git") || see.isRepository(path)) see.git(path);
      else if (nameOf(path) === ".git") see.git(parentOf(path));
      await see.gitignore(path, listing?.children.get(fileName));
      return listing;
    },
    stat: async (path) => seeAt(see, path, await host.stat(path)),
  };
}

function writing(host: Side, see: See): Pick<Side, "write" | "remove" | "move"> {
  return {
    write: async (path, file, content) => seeAt(see, path, await host.write(path, file, content)),
    async remove(path, expected, kind) {
      await host.remove(path, expected, kind);
      await seeAt(see, path, undefined);
    },
    async move(from, to) {
      await host.move(from, to);
      await seeAt(see, from, undefined);
    },
  };
}

async function seeAt<Found extends Stat | undefined>(see: See, path: Path, stat: Found): Promise<Found> {
  if (nameOf(path) === fileName) await see.gitignore(parentOf(path), stat);
  const folder = path.includes(".git") ? ofGit.exec(path)?.groups?.folder : undefined;
  if (folder !== undefined) see.git(folder.slice(0, -1));
  return stat;
}

/** What tells where a repository begins, its rules, and what it tracks. */
const ofGit = /^(?<folder>|.*\/)\.git(\/(HEAD|index|objects|refs|commondir|info|info\/exclude))?$/;

interface Indexes {
  readonly root: string;
  readonly git: FollowedRules;
  onIndex(): void;
}

/** Of those repositories whose git folder is not in the workspace. What cannot be watched is looked at when it counts. */
function watchIndexes({ root, git, onIndex }: Indexes): (host: Side, see: See) => Pick<Side, "barrier" | "close"> {
  const watchers: FSWatcher[] = [];
  for (const folder of git.indexFolders()) {
    if (folder.startsWith(`${root}${sep}`)) continue;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => void (name === "index" && onIndex()));
      watchers.push(watcher.on("error", () => watcher.close()));
    } catch {}
  }
  return (host, see) => ({
    async barrier() {
      await host.barrier();
      see.outside();
    },
    async close() {
      for (const watcher of watchers) watcher.close();
      await host.close();
    },
  });
}

/** A folder that was left out as a whole is read anew, so that what is in it is found. */
function withExcludedAbove(path: Path, isExcluded: (path: Path, isFolder: boolean) => boolean): readonly Path[] {
  const paths = [path];
  for (let folder = parentOf(path); folder !== "" && isExcluded(folder, true); folder = parentOf(folder)) {
    paths.push(folder);
  }
  return paths;
}
