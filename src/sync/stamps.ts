/** What the files, links and folders of a side looked like when they were read last. */
import type { Entry, Path } from "./entry.ts";
import type { Stamp, Stat } from "./side.ts";
import { createStampTable, type StampTable } from "./stamp-table.ts";
import { joinPath, nameOf, parentOf } from "./tree.ts";

/** The stamps of what is in a folder, by name. */
export interface FolderStamps {
  /** Of the folder. */
  readonly path: Path;
  /** Of a file or a link. */
  set(name: string, stat: Stat): void;
  delete(name: string): void;
}

export interface Entered {
  readonly stamps: FolderStamps;
  /** What was known of its children. */
  readonly old: Pick<StampTable, "get">;
  /** Another path where the same folder was known: what changes there is told by the new one from now on. */
  readonly movedFrom: Path | undefined;
}

export interface Stamps {
  get(path: Path): Stamp | undefined;
  /** Of a folder that is known. */
  in(folder: Path): FolderStamps;
  /** From an earlier session: the folder is not watched yet. */
  restore(path: Path, stamp: Stamp): void;
  /** The inode of a folder that is watched. */
  inodeOf(folder: Path): number | undefined;
  /** A folder is known from now on, with nothing in it. */
  enter(folder: Path, inode: number): Entered;
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

interface Known {
  inode: number;
  readonly children: StampTable;
  /** From before it was entered, until all is settled. */
  before: StampTable | undefined;
  /** Names whose stamp is another one since all was settled last. */
  unsettled: Set<string> | "all" | undefined;
}

export function createStamps(now: () => number): Stamps {
  const fresh = createFresh(now);
  const folders = createFolders();
  const at = (path: Path) => folders.get(parentOf(path));
  const get = (path: Path) => at(path)?.children.get(nameOf(path));
  const stampsIn = (path: Path, known: Known | undefined): FolderStamps => ({
    path,
    set(name, { stamp, isFresh }) {
      if (known !== undefined) folders.note(known, name, stamp);
      fresh.note(path, name, isFresh);
    },
    delete(name) {
      known?.children.delete(name);
      fresh.note(path, name, false);
    },
  });
  return {
    get,
    in: (folder) => stampsIn(folder, folders.get(folder)),
    restore: (path, stamp) => folders.restore(parentOf(path)).children.set(nameOf(path), stamp),
    inodeOf: (folder) => folders.get(folder)?.inode,
    enter(folder, inode) {
      const { known, movedFrom } = folders.enter(folder, inode);
      return { stamps: stampsIn(folder, known), old: known.before ?? createStampTable(), movedFrom };
    },
    doubt: folders.doubt,
    leave: folders.leave,
    freshSince: (path) => fresh.since(path),
    sure(path) {
      const unsettled = at(path)?.unsettled;
      const isUnsettled = unsettled === "all" || unsettled?.has(nameOf(path)) === true;
      return isUnsettled || fresh.since(path) !== undefined ? undefined : get(path);
    },
    settle: folders.settle,
    pack: folders.pack,
  };
}

function createFolders() {
  const folders = new Map<Path, Known>();
  const byInode = new Map<number, Path>();
  const unsettled = createUnsettled();
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
    doubt,
    leave,
    get: (path: Path) => folders.get(path),
    restore(path: Path): Known {
      const known = folders.get(path) ?? newFolder(notWatched);
      folders.set(path, known);
      return known;
    },
    enter(path: Path, inode: number) {
      const old = folders.get(path);
      const place = byInode.get(inode);
      const movedFrom = place === path ? undefined : place;
      if (movedFrom !== undefined) doubt(movedFrom);
      drop(path);
      byInode.set(inode, path);
      const known = newFolder(inode);
      Object.assign(
        known,
        old === undefined ? { unsettled: "all" } : { before: old.children, unsettled: old.unsettled },
      );
      folders.set(path, known);
      unsettled.add(known);
      return { known, movedFrom };
    },
    note(known: Known, name: string, stamp: Stamp): void {
      unsettled.note(known, name, stamp);
      known.children.set(name, stamp);
    },
    settle: unsettled.settle,
    pack(share: (name: string) => string): void {
      for (const { children } of folders.values()) children.pack(share);
    },
  };
}

function createUnsettled() {
  let folders: Known[] = [];
  return {
    add: (known: Known) => void folders.push(known),
    note(known: Known, name: string, stamp: Stamp): void {
      const { children, before } = known;
      if (known.unsettled === "all" || (children.get(name) ?? before?.get(name)) === stamp) return;
      if (known.unsettled === undefined) folders.push(known);
      known.unsettled ??= new Set();
      known.unsettled.add(name);
    },
    settle(): void {
      for (const known of folders) {
        known.before = undefined;
        known.unsettled = undefined;
      }
      folders = [];
    },
  };
}

function newFolder(inode: number): Known {
  return { inode, children: createStampTable(), before: undefined, unsettled: undefined };
}

/** No folder's inode. */
const notWatched = -1;

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
    note(folder: Path, name: string, isFresh: boolean): void {
      if (!isFresh && times.size === 0) return;
      const path = joinPath(folder, name);
      times.delete(path);
      if (!isFresh) return;
      times.set(path, now());
      dropLater();
    },
  };
}
