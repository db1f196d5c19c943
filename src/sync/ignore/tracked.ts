/** What the repositories of a workspace track although their rules leave it out. */
import { hash } from "node:crypto";
import type { Path } from "../entry.ts";
import { joinPath } from "../tree.ts";
import { indexMark, type Repository, trackedIn } from "./repository.ts";

export interface Tracking {
  /** Of the repository whose top is a folder; of a folder: whether it holds anything that is tracked. */
  has(top: Path, path: Path, isFolder: boolean): boolean;
  /** The repository with its top there is this one now. */
  put(top: Path, repository: Repository | undefined): void;
  /** Read what changed; returns what came in or went out. */
  look(): readonly Path[];
  /** Other rules count now. */
  forget(): void;
  /** Find out at once what `look` is to compare with. */
  settle(): void;
}

interface Held {
  readonly repository: Repository;
  mark: string | undefined;
  /** Of all paths in the index: most changes of it are about what is in the files. */
  digest: string;
  folders: ReadonlySet<Path>;
  /** Of the very most files there is nothing to know: no rule is about them. Undefined until it is asked for. */
  excluded: ReadonlySet<Path> | undefined;
  /** As it was found out last, by whatever rules. */
  last: ReadonlySet<Path>;
}

export function createTracked(isExcluded: (path: Path, isFolder: boolean) => boolean): Tracking {
  const all = new Map<Path, Held>();
  const read = (top: Path, held: Held) => {
    const entries = trackedIn(held.repository);
    // one that cannot be read says nothing
    if (entries === undefined) return;
    const digest = hash("sha1", entries.map(({ path, kind }) => `${kind} ${path}\0`).join(""));
    if (digest === held.digest) return;
    held.digest = digest;
    const folders = new Set<Path>();
    for (const { path, kind } of entries) addFolders(folders, top, kind === "folder" ? `${path}/` : path);
    held.folders = folders;
    held.excluded = undefined;
  };
  const find = (top: Path, { repository, last }: Held): ReadonlySet<Path> => {
    const entries = trackedIn(repository);
    if (entries === undefined) return last;
    const paths = entries.map(({ path, kind }) => ({ path: joinPath(top, path), isFolder: kind === "folder" }));
    return new Set(paths.filter(({ path, isFolder }) => isExcluded(path, isFolder)).map(({ path }) => path));
  };
  const excludedOf = (top: Path, held: Held) => {
    held.excluded ??= find(top, held);
    held.last = held.excluded;
    return held.excluded;
  };
  return {
    has(top, path, isFolder) {
      const held = all.get(top);
      if (held === undefined) return false;
      return isFolder ? held.folders.has(path) : excludedOf(top, held).has(path);
    },
    put(top, repository) {
      all.delete(top);
      if (repository === undefined) return;
      const nothing = { folders: new Set<Path>(), excluded: undefined, last: new Set<Path>() };
      const held: Held = { repository, mark: indexMark(repository), digest: "", ...nothing };
      all.set(top, held);
      read(top, held);
    },
    look() {
      const changed: Path[] = [];
      for (const [top, held] of all) {
        const mark = indexMark(held.repository);
        if (mark === held.mark) continue;
        const before = held.last;
        held.mark = mark;
        read(top, held);
        const after = excludedOf(top, held);
        changed.push(...without(before, after), ...without(after, before));
      }
      return changed;
    },
    forget() {
      for (const held of all.values()) held.excluded = undefined;
    },
    settle() {
      for (const [top, held] of all) excludedOf(top, held);
    },
  };
}

function without(paths: ReadonlySet<Path>, others: ReadonlySet<Path>): readonly Path[] {
  return [...paths].filter((path) => !others.has(path));
}

/** Those that a path is in; of `a/b/` also that. */
function addFolders(folders: Set<Path>, top: Path, path: string): void {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const folder = joinPath(top, path.slice(0, end));
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}
