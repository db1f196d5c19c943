/** A folder's content as entries that no clock, umask or reading order can change. */
import type { Dirent } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Sha256 } from "../digest.ts";
import { devenvError } from "../errors.ts";
import { checkLinkTarget, resolveCopySource } from "./copy-source.ts";
import { hashFile } from "./hash-file.ts";
import type { Ignore } from "./ignore.ts";
import { mapLimited } from "./map-limited.ts";
import { comparePaths, parentsOf } from "./path-order.ts";
import { reasonOf } from "./reason.ts";
import { syncFolder } from "./sync-folder.ts";

/** One entry of a build context. Owners are 0:0; times are canonical and set by whoever sends it. */
export type ContextEntry = ContextFolder | ContextFile | ContextLink;

export interface ContextFolder {
  readonly kind: "folder";
  /** Relative, `/`-separated, no leading `./`. */
  readonly path: string;
}
export interface ContextFile {
  readonly kind: "file";
  readonly path: string;
  /** 0644 or 0755. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly digest: Sha256;
  /** Absolute path on the host that holds the content; of content that is given, its name. */
  readonly source: string;
  /** What no file of the host holds. */
  readonly content?: Uint8Array | undefined;
}
export interface ContextLink {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

export interface WalkOptions {
  readonly ignore: Ignore;
  /** Place in the config of what asks for the files, for messages. */
  readonly key: string;
  readonly keptOut?: KeptOut | undefined;
}

/** What is never taken along, by its path relative to the root. */
export interface KeptOut {
  /** Why a file or link is left out; undefined for the others. */
  reason(path: string, stats: { readonly dev: number; readonly ino: number } | undefined): string | undefined;
  /** A folder that counts only where there is something in it. */
  isMountPoint(path: string): boolean;
}

export interface CopyOptions extends WalkOptions {
  /** Absolute real path of the project. */
  readonly root: string;
  /** Relative to the root, `/`-separated, normalised; `.` is the whole project. */
  readonly sources: readonly string[];
}

/** Files read at once: enough to hide a disk's latency, few enough for any limit on open files. */
const readsAtOnce = 16;

/**
 * What `copy` sources need in the build context: themselves, all below them that `.dockerignore` lets
 * through, and their parent folders; for a source reached through links also the links and what they
 * lead to. Sorted depth first by UTF-8 bytes. Throws COPY_SOURCE_MISSING, COPY_OUTSIDE_PROJECT,
 * COPY_SOURCE_IGNORED, COPY_SOURCE_KEPT_OUT, COPY_UNSUPPORTED, COPY_UNREADABLE.
 */
export async function collectCopySources(options: CopyOptions): Promise<readonly ContextEntry[]> {
  const { root, sources, ignore, key } = options;
  const entries: ContextEntry[] = [];
  for (const source of sources) {
    const { links, path } = await resolveCopySource({ root, source, key });
    const found = await walkTree(root, [path], options);
    if (found.length === 0) await refuseKeptOut(options, { source, path });
    const isExcluded = [source, path, ...links.map((link) => link.path)].some((name) => ignore.ignores(name));
    if (isExcluded && found.length === 0) throw devenvError("COPY_SOURCE_IGNORED", { key, path: source });
    entries.push(...links.map((link): ContextLink => ({ kind: "link", ...link })), ...found);
  }
  return sortEntries(entries);
}

/** A layer that names it is not what its author meant. */
async function refuseKeptOut(
  { root, key, keptOut }: CopyOptions,
  { source, path }: { readonly source: string; readonly path: string },
): Promise<void> {
  const reason = keptOut?.reason(path, await lstat(join(root, path)).catch(() => undefined));
  if (reason !== undefined) throw devenvError("COPY_SOURCE_KEPT_OUT", { key, path: source, reason });
}

/**
 * The given paths below a root with all that is below them, except what is ignored, and with their
 * parent folders. Links are not followed. Sockets have no content and are left out; other special
 * files, and links that lead out of the root, are errors.
 */
export async function walkTree(
  root: string,
  paths: readonly string[],
  options: WalkOptions,
): Promise<readonly ContextEntry[]> {
  const walk: Walk = { root, ...options, found: [] };
  for (const path of paths) await visit(walk, path === "." ? "" : path, undefined);
  const entries = await mapLimited(walk.found, readsAtOnce, async (found) =>
    found.kind === "file" ? readFileEntry(walk, found) : found,
  );
  return sortEntries(entries);
}

interface Walk extends WalkOptions {
  readonly root: string;
  readonly found: (ContextFolder | ContextLink | FoundFile)[];
}

interface FoundFile {
  readonly kind: "file";
  readonly path: string;
  readonly mode: number;
}

/** `listed` is undefined for a path that was named, not found in its folder. */
async function visit(walk: Walk, path: string, listed: Dirent | undefined): Promise<void> {
  if (basename(path) === syncFolder) return;
  const place = join(walk.root, path);
  const stats = listed ?? (await reading(walk, path, () => lstat(place)));
  const isIgnored = path !== "" && walk.ignore.ignores(path);
  if (stats.isDirectory()) {
    const isTaken = !isIgnored && path !== "" && !(await isEmptyMountPoint(walk, path));
    if (isTaken) walk.found.push({ kind: "folder", path });
    if (!isIgnored || walk.ignore.mayHoldException(path)) await visitFolder(walk, path);
  } else if (!isIgnored && (listed === undefined || !listed.isSocket())) {
    await visitOther(walk, path, stats);
  }
}

async function isEmptyMountPoint(walk: Walk, path: string): Promise<boolean> {
  if (walk.keptOut?.isMountPoint(path) !== true) return false;
  return (await reading(walk, path, () => readdir(join(walk.root, path)))).length === 0;
}

async function visitFolder(walk: Walk, path: string): Promise<void> {
  const children = await reading(walk, path, () => readdir(join(walk.root, path), { withFileTypes: true }));
  for (const child of children) await visit(walk, path === "" ? child.name : `${path}/${child.name}`, child);
}

type FileType = Pick<Dirent, "isFile" | "isSymbolicLink" | "isSocket" | "isFIFO">;

async function visitOther(walk: Walk, path: string, type: FileType): Promise<void> {
  const place = join(walk.root, path);
  if (walk.keptOut?.reason(path, undefined) !== undefined) return;
  if (type.isFile()) {
    const { mode, dev, ino } = await reading(walk, path, () => lstat(place));
    if (walk.keptOut?.reason(path, { dev, ino }) !== undefined) return;
    // git keeps the owner's right alone, so a clone has no other
    walk.found.push({ kind: "file", path, mode: (mode & 0o100) === 0 ? 0o644 : 0o755 });
  } else if (type.isSymbolicLink()) {
    const target = await reading(walk, path, () => readlink(place));
    await checkLinkTarget({ root: walk.root, key: walk.key, path, target });
    walk.found.push({ kind: "link", path, target });
  } else {
    const name = type.isSocket() ? "socket" : type.isFIFO() ? "named pipe" : "device";
    throw devenvError("COPY_UNSUPPORTED", { key: walk.key, path, type: name });
  }
}

async function readFileEntry(walk: Walk, { path, mode }: FoundFile): Promise<ContextFile> {
  const source = join(walk.root, path);
  const { sha256, size } = await reading(walk, path, () => hashFile(source, { isReal: true }));
  return { kind: "file", path, mode, size, digest: sha256, source };
}

async function reading<T>(walk: Walk, path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw devenvError("COPY_UNREADABLE", { key: walk.key, path: path || ".", reason: reasonOf(error) }, error);
  }
}

/** Sorted depth first, each path once, every parent folder present. */
function sortEntries(entries: readonly ContextEntry[]): readonly ContextEntry[] {
  const byPath = new Map<string, ContextEntry>();
  for (const entry of entries) {
    for (const path of parentsOf(entry.path)) if (!byPath.has(path)) byPath.set(path, { kind: "folder", path });
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((one, other) => comparePaths(one.path, other.path));
}
