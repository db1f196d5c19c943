/** What of a side has to be looked at. */
import type { Path } from "./entry.ts";

export interface Dirty {
  add(paths: Iterable<Path>): void;
  /** Everything. */
  addAll(): void;
  has(path: Path): boolean;
  /** Whether there is anything but these. */
  hasBeside(paths: ReadonlySet<Path>): boolean;
  isEmpty(): boolean;
  /** All paths, or everything; nothing is dirty then. */
  take(): ReadonlySet<Path> | "all";
}

export function createDirty(): Dirty {
  let paths = new Set<Path>();
  let isAll = false;
  return {
    add(more) {
      for (const path of more) paths.add(path);
    },
    addAll() {
      isAll = true;
    },
    has: (path) => isAll || paths.has(path),
    hasBeside: (others) => isAll || paths.values().some((path) => !others.has(path)),
    isEmpty: () => !isAll && paths.size === 0,
    take() {
      const taken = isAll ? ("all" as const) : paths;
      isAll = false;
      paths = new Set();
      return taken;
    },
  };
}
