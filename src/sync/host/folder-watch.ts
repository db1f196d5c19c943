/** Watches of single folders, each by its path from the root. */
import { appendFileSync } from "node:fs";
import type { Path } from "../entry.ts";

export interface FolderWatch {
  /** From now on changes of the folder's children are told; one that is watched already, and is the same folder still, is left as it is. */
  add(path: Path, inode: bigint): void;
  /** The folder and all below it. */
  remove(path: Path): void;
  /** Resolves when every change that was made before the call has been told. */
  barrier(): Promise<void>;
  close(): Promise<void>;
}

export interface FolderWatchOptions {
  /** Absolute real path. */
  readonly root: string;
  /** Folder of devenv's own, on any file system, that cookies may be written to. */
  readonly cookieFolder: string;
  /** What is never looked at. */
  ignores(path: Path): boolean;
  onChange(paths: readonly Path[]): void;
  onOverflow(): void;
  onUnwatched(reason: string, hint: string | undefined): void;
  /** All that could not be watched before is watched now. */
  onWatched(): void;
}

export interface Batch {
  add(path: Path): void;
  /** Tell what is there at once. */
  flush(): void;
}

/** Changed paths that come in one turn of the event loop are told together at its end. */
export function batchPaths(tell: (paths: readonly Path[]) => void): Batch {
  let paths = new Set<Path>();
  const flush = () => {
    if (paths.size === 0) return;
    const told = [...paths];
    paths = new Set();
    tell(told);
  };
  return {
    add(path) {
      if (paths.size === 0) setImmediate(flush);
      paths.add(path);
    },
    flush,
  };
}

/** The event of a touched file may be among those that were lost when there were too many. Milliseconds. */
const touchAgainMs = 100;

/** Write to a file until its event has come. */
export async function touchUntil(told: Promise<void>, file: string): Promise<void> {
  const touch = () => appendFileSync(file, ".");
  touch();
  const again = setInterval(touch, touchAgainMs).unref();
  try {
    await told;
  } finally {
    clearInterval(again);
  }
}
