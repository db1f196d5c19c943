/** What the files, links and folders of a side looked like when they were read last. */
import type { Entry, Path } from "./entry.ts";
import type { Stamp, Stat } from "./side.ts";
import { createStampTable, type StampTable } from "./stamp-table.ts";
import { joinPath, nameOf, parentOf } from "./tree.ts";

export interface Stamps {
  get(path: Path): Stamp | undefined;
  /** Of a file or a link in a folder that is known. */
  set(path: Path, stat: Stat): void;
  /** From an earlier session: the folder is not watched yet. */
  restore(path: Path, stamp: Stamp): void;
  delete(path: Path): void;
  /** The inode of a folder that is watched. */
  inodeOf(folder: Path): number | undefined;
  /**
   * A folder is known from now on, with nothing in it; returns what was known of its children. A path where the same folder
   * was known before is told: what changes there is told by the new path from now on.
   */
  enter(folder: Path, inode: number): { readonly old: Pick<StampTable, "get">; readonly movedFrom: Path | undefined };
  /** A folder is to be read as a whole when it is looked at next. */
  doubt(folder: Path): void;
  /** A folder and all below it are not known any more. */
  leave(folder: Path, entry: Entry | undefined, onFolder: (path: Path) => void): void;
  /** Since when a file was known that may have changed without being seen, in milliseconds; undefined for others. */
  freshSince(path: Path): number | undefined;
  /** The stamp, unless something could have changed behind it, or it is another than when all was settled last. */
  sure(path: Path): Stamp | undefined;
  /** The tree of the side holds what the stamps are of. */
  settle(): void;
  /** Into as little room as they take; `share` gives the same string for each equal one. */
  pack(share: (name: string) => string): void;
}

interface FolderStamps {
  inode: number;
  readonly children: StampTable;
  /** From before it was entered, until all is settled. */
  before: StampTable | undefined;
}

export function createStamps(now: () => number): Stamps {
  const folders = new Map<Path, FolderStamps>();
  const byInode = new Map<number, Path>();
  const fresh = createFresh(now);
  const unsettled = createUnsettled();
  const get = (path: Path) => folders.get(parentOf(path))?.children.get(nameOf(path));
  const drop = (path: Path) => {
    const known = folders.get(path);
    if (known !== undefined && byInode.get(known.inode) === path) byInode.delete(known.inode);
    folders.delete(path);
  };
  const doubt = (path: Path) => {
    const folder = folders.get(path);
    if (folder !== undefined) folder.inode = notWatched;
  };
  const leave: Stamps["leave"] = (path, entry, onFolder) => {
    if (entry?.kind !== "folder") return;
    for (const [name, child] of entry.children) leave(joinPath(path, name), child, onFolder);
    drop(path);
    onFolder(path);
  };
  return {
    get,
    set(path, { stamp, isFresh }) {
      const folder = folders.get(parentOf(path));
      unsettled.note(path, stamp, folder);
      folder?.children.set(nameOf(path), stamp);
      fresh.note(path, isFresh);
    },
    restore(path, stamp) {
      const folder = folders.get(parentOf(path)) ?? newFolder(notWatched);
      folders.set(parentOf(path), folder);
      folder.children.set(nameOf(path), stamp);
    },
    delete(path) {
      folders.get(parentOf(path))?.children.delete(nameOf(path));
      fresh.note(path, false);
    },
    inodeOf: (folder) => folders.get(folder)?.inode,
    enter(folder, inode) {
      const old = folders.get(folder)?.children ?? createStampTable();
      const place = byInode.get(inode);
      const movedFrom = place === folder ? undefined : place;
      if (movedFrom !== undefined) doubt(movedFrom);
      drop(folder);
      byInode.set(inode, folder);
      folders.set(folder, unsettled.enter(newFolder(inode, old)));
      return { old, movedFrom };
    },
    doubt,
    leave,
    freshSince: (path) => fresh.since(path),
    sure: (path) => (unsettled.has(path) || fresh.since(path) !== undefined ? undefined : get(path)),
    settle: unsettled.settle,
    pack(share) {
      for (const { children } of folders.values()) children.pack(share);
    },
  };
}

function newFolder(inode: number, before?: StampTable): FolderStamps {
  return { inode, children: createStampTable(), before };
}

/** No folder's inode. */
const notWatched = -1;

/** Paths whose stamp is another one since all was settled last. */
function createUnsettled() {
  const paths = new Set<Path>();
  const entered: FolderStamps[] = [];
  return {
    has: (path: Path) => paths.has(path),
    note(path: Path, stamp: Stamp, folder: FolderStamps | undefined): void {
      const name = nameOf(path);
      if ((folder?.children.get(name) ?? folder?.before?.get(name)) !== stamp) paths.add(path);
    },
    enter(folder: FolderStamps): FolderStamps {
      entered.push(folder);
      return folder;
    },
    settle(): void {
      paths.clear();
      for (const folder of entered.splice(0)) folder.before = undefined;
    },
  };
}

/** An event later than this is not about a write that the stamp of that time could hide. */
const freshForMs = 10_000;

function createFresh(now: () => number) {
  // in the order of their times
  const times = new Map<Path, number>();
  let timer: NodeJS.Timeout | undefined;
  const dropOld = () => {
    for (const [old, time] of times) {
      if (time > now() - freshForMs) break;
      times.delete(old);
    }
  };
  const dropLater = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      dropOld();
      if (times.size > 0) dropLater();
    }, freshForMs).unref();
  };
  return {
    since: (path: Path) => times.get(path),
    note(path: Path, isFresh: boolean): void {
      times.delete(path);
      if (!isFresh) return;
      times.set(path, now());
      dropLater();
    },
  };
}
