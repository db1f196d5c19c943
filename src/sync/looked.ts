/** How things looked of which some will have to be read. */
import type { Path } from "./entry.ts";
import type { Listing, Stat } from "./side.ts";
import { nameOf, parentOf } from "./tree.ts";

type Children = Listing["children"];

export interface Looked {
  note(path: Path, stat: Stat): void;
  /** All that stands in a folder. */
  noteIn(folder: Path, children: Children): void;
  get(path: Path): Stat | undefined;
  delete(path: Path): void;
  /** Of all in a folder, by name; not known after that. */
  takeIn(folder: Path): Children;
  clear(): void;
}

/** Things of which that is kept. */
const most = 150_000;

export function createLooked(): Looked {
  const folders = new Map<Path, Children>();
  let count = 0;
  const takeIn = (folder: Path) => {
    const children: Children = folders.get(folder) ?? new Map();
    folders.delete(folder);
    count -= children.size;
    return children;
  };
  const noteIn = (folder: Path, children: Children) => {
    takeIn(folder);
    if (count + children.size > most) return;
    count += children.size;
    folders.set(folder, children);
  };
  return {
    noteIn,
    takeIn,
    note: (path, stat) => noteIn(parentOf(path), takeIn(parentOf(path)).set(nameOf(path), stat)),
    get(path) {
      const stat = folders.get(parentOf(path))?.get(nameOf(path));
      return typeof stat === "object" ? stat : undefined;
    },
    delete(path) {
      if (folders.get(parentOf(path))?.delete(nameOf(path))) count -= 1;
    },
    clear() {
      folders.clear();
      count = 0;
    },
  };
}
