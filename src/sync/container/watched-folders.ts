/** The folders that the agent watches: it knows them by number, and this by path. */
import type { Path } from "../entry.ts";
import { isWithin, joinPath } from "../tree.ts";
import type { FolderEvent } from "./replies.ts";

export interface WatchedFolders {
  /** One that was moved goes by the path that it was listed at last. */
  add(path: Path, watch: number): void;
  /** A folder and all below it; gives the numbers of their watches. */
  remove(path: Path): readonly number[];
  /** Whether a folder goes by the watch of this number. */
  has(watch: number): boolean;
  /** Where something happened; undefined when that is not known. */
  pathOf(event: FolderEvent): Path | undefined;
}

export function createWatchedFolders(): WatchedFolders {
  const byPath = new Map<Path, number>();
  const byWatch = new Map<number, Path>();
  const drop = (path: Path, watch: number) => {
    byPath.delete(path);
    if (byWatch.get(watch) === path) byWatch.delete(watch);
  };
  return {
    add(path, watch) {
      const before = byWatch.get(watch);
      if (before !== undefined) byPath.delete(before);
      const other = byPath.get(path);
      if (other !== undefined) byWatch.delete(other);
      byPath.set(path, watch);
      byWatch.set(watch, path);
    },
    remove(path) {
      const gone: number[] = [];
      for (const [one, watch] of byPath) {
        if (!isWithin(one, path)) continue;
        gone.push(watch);
        drop(one, watch);
      }
      return gone;
    },
    has: (watch) => byWatch.has(watch),
    pathOf({ watch, name }) {
      const folder = byWatch.get(watch);
      // what happens to a folder itself its parent tells
      const isTold = folder !== undefined && (name !== "" || folder === "");
      return isTold ? joinPath(folder, name) : undefined;
    },
  };
}
