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
const most = 30_000;

export function createLooked(): Looked {
  const folders = new Map<Path, Children>();
  let count = 0;
  const noteIn = (folder: Path, children: Children) => {
    count += children.size;
    if (count <= most) folders.set(folder, children);
  };
  return {
    noteIn,
    note(path, stat) {
      const children = folders.get(parentOf(path));
      if (children === undefined) noteIn(parentOf(path), new Map([[nameOf(path), stat]]));
      else children.set(nameOf(path), stat);
    },
    get(path) {
      const stat = folders.get(parentOf(path))?.get(nameOf(path));
      return typeof stat === "object" ? stat : undefined;
    },
    delete: (path) => void folders.get(parentOf(path))?.delete(nameOf(path)),
    takeIn(folder) {
      const children = folders.get(folder) ?? new Map();
      folders.delete(folder);
      return children;
    },
    clear() {
      folders.clear();
      count = 0;
    },
  };
}
