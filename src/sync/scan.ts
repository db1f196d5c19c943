/** Reading a side: what stands at paths, and below them, as entries. */
import type { Contents } from "./contents.ts";
import type { Entry, Folder, Path } from "./entry.ts";
import type { Limit } from "./limit.ts";
import type { Looked } from "./looked.ts";
import { problemAt } from "./odd-name.ts";
import { isUnknown } from "./region.ts";
import type { Ignores } from "./session-options.ts";
import { isTemporaryName, type Listing, type Side, SideError, type Stamp, type Stat } from "./side.ts";
import type { Entered, FolderStamps, Stamps } from "./stamps.ts";
import { childrenOf, ignored, isAlike, joinPath, nameOf, namesOf, parentOf, uncarried } from "./tree.ts";

export interface Reader {
  readonly side: Side;
  readonly stamps: Stamps;
  readonly ignores: Ignores;
  readonly limit: Limit;
  /** Gets what came along with a look. */
  readonly contents: Pick<Contents, "keep" | "isFull">;
  /** Gets what may have to be read soon. */
  readonly looked: Pick<Looked, "note" | "noteIn">;
  /** A folder is watched by another path than this from now on. */
  onMoved(path: Path): void;
}

/** Paths to look at, by name, as a tree. */
interface Dirty {
  isDirty: boolean;
  readonly below: Map<string, Dirty>;
}

/**
 * The tree as it is now at the given paths, elsewhere as it was. A folder that is the same as before is looked at alone:
 * what changed in it has its own path.
 */
export async function readAt(
  reader: Reader,
  tree: Entry | undefined,
  paths: Iterable<Path>,
): Promise<Entry | undefined> {
  const dirty: Dirty = { isDirty: false, below: new Map() };
  for (const path of paths) markDirty(dirty, path);
  return visit(reader, { path: "", known: tree }, dirty);
}

/** All of it, whatever is known. */
export async function readAll(reader: Reader, tree: Entry | undefined): Promise<Entry | undefined> {
  return readFolder(reader, { path: "", known: tree });
}

function markDirty(root: Dirty, path: Path): void {
  let step = root;
  for (const name of namesOf(path)) {
    const next = step.below.get(name) ?? { isDirty: false, below: new Map() };
    step.below.set(name, next);
    step = next;
  }
  step.isDirty = true;
}

interface Place {
  readonly path: Path;
  /** What stood there. */
  readonly known: Entry | undefined;
}

async function visit(reader: Reader, place: Place, { isDirty, below }: Dirty): Promise<Entry | undefined> {
  const { path, known } = place;
  if (!isDirty && (known === ignored || isTemporaryName(nameOf(path)))) return known;
  let folder = known;
  if (isDirty || known?.kind !== "folder") {
    const stat = await statOf(reader, path);
    if (!isSameFolder(reader, place, stat)) return readNew(reader, place, stat);
    folder = known?.kind === "folder" && known.mode !== stat.mode ? { ...known, mode: stat.mode } : known;
  }
  return folder?.kind === "folder" ? visitChildren(reader, { path, known: folder }, below) : folder;
}

function isSameFolder(
  { stamps, ignores }: Reader,
  { path, known }: Place,
  stat: Stat | string | undefined,
): stat is Stat {
  const isFolder = typeof stat === "object" && stat.kind === "folder" && known?.kind === "folder";
  return isFolder && stamps.inodeOf(path) === stat.inode && !(path !== "" && ignores(path, true));
}

async function visitChildren(
  reader: Reader,
  { path, known }: { readonly path: Path; readonly known: Folder },
  below: ReadonlyMap<string, Dirty>,
): Promise<Folder> {
  const read = await Promise.all(
    Array.from(below, async ([name, dirty]) => {
      const old = known.children.get(name);
      return { name, old, child: await visit(reader, { path: joinPath(path, name), known: old }, dirty) };
    }),
  );
  const changed = read.filter(({ old, child }) => old !== child);
  if (changed.length === 0) return known;
  const children = new Map(known.children);
  for (const { name, child } of changed) {
    if (child === undefined) children.delete(name);
    else children.set(name, child);
  }
  return { ...known, children };
}

async function statOf(reader: Reader, path: Path): Promise<Stat | string | undefined> {
  try {
    return await reader.limit(async () => (await look(reader, path)) ?? (await problemAt(reader.side, path)));
  } catch (error) {
    return reasonOrMissing(error);
  }
}

async function look({ side, stamps, contents }: Reader, path: Path): Promise<Stat | undefined> {
  if (side.look === undefined || contents.isFull()) return side.stat(path);
  const { stat, content } = (await side.look(path, stamps.get(path))) ?? {};
  if (stat !== undefined && content !== undefined) contents.keep(path, stat, content);
  return stat;
}

async function readNew(reader: Reader, place: Place, stat: Stat | string | undefined): Promise<Entry | undefined> {
  const { path, known } = place;
  if (path !== "" && isTemporaryName(nameOf(path))) return undefined;
  const isIgnored =
    path !== "" && stat !== undefined && reader.ignores(path, typeof stat === "object" && stat.kind === "folder");
  if (!isIgnored && typeof stat === "object" && stat.kind === "folder") return readFolder(reader, place);
  forget(reader, place);
  if (isIgnored) return ignored;
  if (stat === undefined || path === "") return undefined;
  const stamp = reader.stamps.get(path);
  const leaf = readLeaf(reader, reader.stamps.in(parentOf(path)), { name: nameOf(path), stat, stamp, known });
  if (typeof stat === "object" && isUnknown(leaf)) reader.looked.note(path, stat);
  return leaf;
}

function forget({ stamps, side }: Reader, { path, known }: Place): void {
  stamps.leave(path, known, (folder) => side.forget(folder));
}

async function readFolder(reader: Reader, place: Place): Promise<Entry | undefined> {
  const { path } = place;
  const listing = await list(reader, path);
  if (typeof listing !== "object") {
    forget(reader, place);
    return listing === undefined || path === "" ? undefined : unreadable(listing);
  }
  const known = childrenOf(place.known);
  const entered = reader.stamps.enter(path, listing.folder.inode);
  if (entered.movedFrom !== undefined) reader.onMoved(entered.movedFrom);
  const children = await readChildren(reader, { path, listing, known, entered });
  for (const [name, child] of known) {
    if (child.kind === "folder" && children.get(name)?.kind !== "folder")
      forget(reader, { path: joinPath(path, name), known: child });
  }
  const folder: Folder = { kind: "folder", mode: listing.folder.mode, children };
  return isSame(place.known, folder) ? place.known : folder;
}

async function list({ side, limit }: Reader, path: Path): Promise<Listing | string | undefined> {
  try {
    return await limit(() => side.list(path));
  } catch (error) {
    return reasonOrMissing(error);
  }
}

interface Listed {
  readonly path: Path;
  readonly listing: Listing;
  readonly known: ReadonlyMap<string, Entry>;
  readonly entered: Entered;
}

async function readChildren(
  reader: Reader,
  { path, listing, known, entered }: Listed,
): Promise<ReadonlyMap<string, Entry>> {
  const children = new Map<string, Entry>();
  const folders: Promise<void>[] = [];
  let isAnyUnknown = false;
  for (const [name, stat] of listing.children) {
    if (isTemporaryName(name)) continue;
    const below = joinPath(path, name);
    const isFolder = typeof stat === "object" && stat.kind === "folder";
    const before = known.get(name);
    if (reader.ignores(below, isFolder)) children.set(name, ignored);
    else if (!isFolder) {
      const stamp = entered.old.get(name);
      const leaf = readLeaf(reader, entered.stamps, { name, stat, stamp, known: before });
      isAnyUnknown ||= isUnknown(leaf);
      children.set(name, leaf);
    } else {
      const reading = readFolder(reader, { path: below, known: before });
      folders.push(reading.then((child) => void (child && children.set(name, child))));
    }
  }
  if (isAnyUnknown) reader.looked.noteIn(path, listing.children);
  await Promise.all(folders);
  return children;
}

interface Seen {
  readonly name: string;
  readonly stat: Stat | string;
  /** From before. */
  readonly stamp: Stamp | undefined;
  readonly known: Entry | undefined;
}

function readLeaf(reader: Reader, folder: FolderStamps, { name, stat, stamp, known }: Seen): Entry {
  const { stamps, side } = reader;
  if (typeof stat === "string" || stat.kind === "other") {
    folder.delete(name);
    return keep(known, unreadable(typeof stat === "string" ? stat : uncarried));
  }
  const isSame = known?.kind === "file" && stamp === stat.stamp;
  const isKnown = isSame && stamps.freshSince(joinPath(folder.path, name)) === undefined;
  folder.set(name, stat);
  if (stat.kind === "link") return keep(known, { kind: "link", target: stat.target ?? "" });
  if (isKnown) return known;
  return keep(known, { kind: "file", mode: stat.mode, content: `?${side.name}:${stat.stamp}` });
}

function keep(known: Entry | undefined, entry: Entry): Entry {
  return known !== undefined && isAlike(known, entry) ? known : entry;
}

function isSame(known: Entry | undefined, folder: Folder): known is Folder {
  if (known?.kind !== "folder" || !isAlike(known, folder) || known.children.size !== folder.children.size) return false;
  for (const [name, child] of folder.children) if (known.children.get(name) !== child) return false;
  return true;
}

function unreadable(reason: string): Entry {
  return { kind: "unreadable", reason };
}

/** Undefined for what is not there any more; a lost side is nobody's but the session's. */
function reasonOrMissing(error: unknown): string | undefined {
  if (!(error instanceof SideError) || error.kind === "lost") throw error;
  return error.kind === "problem" ? error.message : undefined;
}
