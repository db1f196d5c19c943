/**
 * A side as the session sees it: its tree, kept in step with what changes there, and what the things in it looked like.
 *
 * A stamp that is known belongs to the entry in the tree: whoever passes it to the side is refused when anything else stands
 * there by now. The calls that read, and those that note what was written, never run at the same time.
 */

import { type Contents, createContents } from "./contents.ts";
import type { Entry, Path } from "./entry.ts";
import { createLimit, type Limit } from "./limit.ts";
import { createLooked, type Looked } from "./looked.ts";
import { type Reader, readAll, readAt } from "./scan.ts";
import type { Ignores } from "./session-options.ts";
import { type Listing, type Side, SideError, type Stamp, type Stat } from "./side.ts";
import { createStamps } from "./stamps.ts";
import { at, nameOf, noChildren, parentOf, setAll, share } from "./tree.ts";

export interface Endpoint {
  readonly side: Side;
  /** For calls to the side. */
  readonly limit: Limit;
  /** Undefined when there is no folder at the root. */
  tree(): Entry | undefined;
  /** Another folder stands at the root than at first. */
  isReplaced(): boolean;
  /** Take the folder at the root for the right one. */
  acceptRoot(): void;
  readAll(): Promise<void>;
  /** How long the last `readAll` took. */
  readMs(): number;
  readAt(paths: Iterable<Path>): Promise<void>;
  /** Read files whose content is not known; returns those that changed meanwhile. */
  hash(paths: readonly Path[]): Promise<readonly Path[]>;
  /** Make the tree of the model's objects where they are equal. */
  share(model: Entry | undefined, path: Path): void;
  stampOf(path: Path): Stamp | undefined;
  /** The same, unless something could have changed behind it, or it is not that of the entry in the tree yet. */
  sureStampOf(path: Path): Stamp | undefined;
  /** Milliseconds until a change can no longer hide behind the stamp. */
  freshForMs(path: Path): number;
  /** What a file is like now; of one that was just read, without asking. */
  statOf(path: Path): Promise<Stat | undefined>;
  /** The same of what stands in a folder that was just read, by name, where it was not asked for since. */
  lookedIn(folder: Path): ReadonlyMap<string, Stat | string>;
  /** The content of a file that is still as it was looked at; of one that was just hashed, without reading it again. */
  readSmall(path: Path, stat: Stat): Promise<Uint8Array> | Uint8Array;
  /** What was written; the tree follows with `note`. */
  noteStat(path: Path, stat: Stat | undefined): void;
  /** A folder was made; it is watched when this resolves. Returns whether anything stands in it. */
  enter(path: Path): Promise<boolean>;
  /** The same of one that is watched already, with what is known to stand in it. Returns whether anything else does. */
  take(path: Path, listing: Listing, known: { has(name: string): boolean }): boolean;
  /** A folder is to be read as a whole when it is looked at next. */
  doubt(path: Path): void;
  /** A folder was removed. */
  leave(path: Path): void;
  note(entries: Iterable<readonly [Path, Entry | undefined]>): void;
  /** Keep what is known in as little room as it takes; `share` gives the same string for each equal one. */
  pack(share: (name: string) => string): void;
}

export interface EndpointOptions {
  readonly side: Side;
  readonly ignores: Ignores;
  /** What stood there when it was last known, and how it looked; not looked at before `readAll`. */
  readonly known: Entry | undefined;
  readonly knownStamps: Iterable<readonly [Path, Stamp]>;
  /** A path that must be read again. */
  onDirty(path: Path): void;
}

/** Calls to a side that are under way at once. */
const callsAtOnce = 256;
/** How long a time of modification can stay the same while a file changes: the kernel's tick, with room. */
const tickMs = 20;

export function openEndpoint(options: EndpointOptions): Endpoint {
  const { side } = options;
  const stamps = createStamps(now);
  const limit = createLimit(callsAtOnce);
  const looked = createLooked();
  const contents = createContents(side, limit);
  for (const [path, stamp] of options.knownStamps) stamps.restore(path, stamp);
  const reader: Reader = {
    side,
    stamps,
    limit,
    ignores: options.ignores,
    looked,
    contents,
    onMoved: options.onDirty,
  };
  return {
    side,
    limit,
    ...openTree(reader, { known: options.known, looked, contents }),
    readSmall: contents.take,
    stampOf: stamps.get,
    sureStampOf: stamps.sure,
    freshForMs: (path) => Math.max(0, (stamps.freshSince(path) ?? 0) + tickMs - now()),
    lookedIn: looked.takeIn,
    async statOf(path) {
      const stat = looked.get(path) ?? (await limit(() => side.stat(path)));
      looked.delete(path);
      return stat;
    },
    noteStat(path, stat) {
      looked.delete(path);
      const [folder, name] = [stamps.in(parentOf(path)), nameOf(path)];
      if (stat === undefined) folder.delete(name);
      else folder.set(name, stat);
    },
    enter: (path) => enterFolder(reader, path),
    take: (path, listing, known) => takeFolder(reader, path, { listing, known }),
    doubt: stamps.doubt,
    pack(share) {
      looked.clear();
      contents.clear();
      stamps.pack(share);
    },
    leave: (path) =>
      stamps.leave(path, { kind: "folder", mode: 0, children: noChildren }, (folder) => side.forget(folder)),
  };
}

const now = () => performance.now();

type TreeCalls = "tree" | "isReplaced" | "acceptRoot" | "readAll" | "readMs" | "readAt" | "hash" | "share" | "note";

interface Known {
  readonly known: Entry | undefined;
  readonly looked: Looked;
  readonly contents: Contents;
}

function openTree(reader: Reader, { known, looked, contents }: Known): Pick<Endpoint, TreeCalls> {
  const { stamps } = reader;
  let tree = known;
  let root: number | undefined;
  let readMs = 0;
  const follow = (read: Entry | undefined) => {
    tree = read?.kind === "folder" ? read : undefined;
    root ??= stamps.inodeOf("");
    stamps.settle();
  };
  return {
    tree: () => tree,
    isReplaced: () => tree !== undefined && stamps.inodeOf("") !== root,
    acceptRoot() {
      root = stamps.inodeOf("");
    },
    async readAll() {
      looked.clear();
      contents.clear();
      const begin = now();
      follow(await readAll(reader, tree));
      readMs = now() - begin;
    },
    readMs: () => readMs,
    async readAt(paths) {
      contents.clear();
      follow(await readAt(reader, tree, paths));
    },
    async hash(paths) {
      const { entries, changed } = await hashAll(tree, paths, (entry, path) =>
        hashOne(reader, { entry, path, stat: looked.get(path), contents }),
      );
      tree = setAll(tree, entries);
      return changed;
    },
    share(model, path) {
      tree = share(tree, model, path);
    },
    note(entries) {
      tree = setAll(tree, entries);
      stamps.settle();
    },
  };
}

async function enterFolder(reader: Reader, path: Path): Promise<boolean> {
  const listing = await reader.limit(() => reader.side.list(path));
  if (listing === undefined) throw new SideError("changed", "the folder is gone again");
  return takeFolder(reader, path, { listing, known: noChildren });
}

interface Taken {
  readonly listing: Listing;
  readonly known: { has(name: string): boolean };
}

function takeFolder({ stamps, onMoved }: Reader, path: Path, { listing, known }: Taken): boolean {
  const entered = stamps.enter(path, listing.folder.inode);
  if (entered.movedFrom !== undefined) onMoved(entered.movedFrom);
  let isMore = false;
  for (const [name, stat] of listing.children) {
    if (typeof stat === "object" && known.has(name)) entered.stamps.set(name, stat);
    else isMore = true;
  }
  if (isMore) stamps.doubt(path);
  return isMore;
}

interface Hashed {
  readonly entries: readonly (readonly [Path, Entry])[];
  readonly changed: readonly Path[];
}

async function hashAll(
  tree: Entry | undefined,
  paths: readonly Path[],
  hash: (entry: Entry | undefined, path: Path) => Promise<Entry | undefined>,
): Promise<Hashed> {
  const entries: [Path, Entry][] = [];
  const changed: Path[] = [];
  await Promise.all(
    paths.map(async (path) => {
      const entry = await hash(at(tree, path), path);
      if (entry === undefined) changed.push(path);
      else entries.push([path, entry]);
    }),
  );
  return { entries, changed };
}

interface Hashing {
  readonly entry: Entry | undefined;
  readonly path: Path;
  /** Of when it was looked at. */
  readonly stat: Stat | undefined;
  readonly contents: Contents;
}

/** Undefined for a file that changed. */
async function hashOne({ stamps }: Reader, { entry, path, stat, contents }: Hashing): Promise<Entry | undefined> {
  const stamp = stamps.get(path);
  if (entry?.kind !== "file" || stamp === undefined) return undefined;
  try {
    return { ...entry, content: await contents.hash(path, stamp, stat) };
  } catch (error) {
    if (!(error instanceof SideError) || error.kind === "lost") throw error;
    return error.kind === "problem" ? { kind: "unreadable", reason: error.message } : undefined;
  }
}
