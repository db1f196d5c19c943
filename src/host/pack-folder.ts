/** A folder as a tar for a container: content, modes, times and links as they are, the owner as asked. */
import type { Dirent, Stats } from "node:fs";
import { lstat, readdir, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Header, type Pack, pack } from "tar-stream";
import { devenvError, isDevenvError } from "../errors.ts";
import { type Below, openInside } from "./below.ts";
import { mapLimited } from "./map-limited.ts";
import { reasonOf } from "./reason.ts";

export interface PackFolderOptions {
  /** Absolute. */
  readonly root: string;
  /** Absolute folder that it becomes; its parents are no entries. */
  readonly target: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Whether a path below the root, `/`-separated, is left out, with all below it. */
  skips(path: string): boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Larger files are not held in memory. */
const smallFile = 1024 * 1024;
/** Bytes sent at once. */
const partSize = 128 * 1024;
/** Entries read at once: enough to hide a disk's latency. */
const readsAtOnce = 16;

/**
 * Names are relative to `/`. Sockets, pipes and devices are left out. The stream ends with
 * FOLDER_UNREADABLE where something cannot be read, and with the signal's reason after an abort.
 */
export function packFolder(asked: PackFolderOptions): Readable {
  const tar = pack();
  const add = async () => {
    const root = await read(asked, "", () => stat(asked.root));
    const options = { ...asked, root: await realpath(asked.root) };
    await addEntry(tar, folderHead(options, "", root));
    await addFolder(tar, options, "");
    tar.finalize();
  };
  add().catch((error: Error) => tar.destroy(error));
  return Readable.from(inParts(tar));
}

/** A tar comes in a piece for each header and each file; each piece would be sent by itself. */
async function* inParts(tar: Pack): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of tar as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length < partSize) continue;
    yield Buffer.concat(pieces, length);
    pieces = [];
    length = 0;
  }
  yield Buffer.concat(pieces, length);
}

async function addFolder(tar: Pack, options: PackFolderOptions, folder: string): Promise<void> {
  const found = await read(options, folder, () => readdir(join(options.root, folder), { withFileTypes: true }));
  const entries = found
    .filter((entry) => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => ({ entry, path: folder === "" ? entry.name : `${folder}/${entry.name}` }))
    .filter(({ path }) => !options.skips(path));
  for (let first = 0; first < entries.length; first += readsAtOnce) {
    options.signal?.throwIfAborted();
    const some = entries.slice(first, first + readsAtOnce);
    const members = await mapLimited(some, readsAtOnce, ({ entry, path }) => readMember(options, entry, path));
    for (const member of members) {
      await addMember(tar, options, member);
      if (member.header.type === "directory") await addFolder(tar, options, member.path);
    }
  }
}

type Head = Partial<Header> & Pick<Header, "name">;

interface Member {
  readonly path: string;
  readonly header: Head;
  /** Of a small file. */
  readonly content?: Buffer;
}

async function readMember(options: PackFolderOptions, entry: Dirent, path: string): Promise<Member> {
  const place = join(options.root, path);
  return read(options, path, async () => {
    const stats = await lstat(place);
    if (entry.isDirectory()) return { path, header: folderHead(options, path, stats) };
    const header = headerOf(options, path, stats);
    if (entry.isSymbolicLink()) {
      return { path, header: { ...header, type: "symlink", linkname: await readlink(place) } };
    }
    if ((header.size ?? 0) > smallFile) return { path, header: { ...header, type: "file" } };
    await using file = await openInside(options.root, place);
    const content = await file.readFile();
    return { path, header: { ...header, type: "file", size: content.length }, content };
  });
}

/** The owner may work in its copy of a folder that nobody may write to. */
function folderHead(options: PackFolderOptions, path: string, stats: Stats): Head {
  const header = headerOf(options, path, stats);
  return { ...header, type: "directory", mode: (header.mode ?? 0) | 0o700 };
}

function headerOf({ target, owner }: PackFolderOptions, path: string, stats: Stats): Head {
  const name = `${target}/${path}`.replace(/^\/+|\/$/g, "");
  const { mode, size, mtime } = stats;
  return { name, mode: mode & 0o7777, mtime, ...owner, uname: "", gname: "", size: stats.isFile() ? size : 0 };
}

async function addMember(tar: Pack, options: PackFolderOptions, { path, header, content }: Member): Promise<void> {
  if (header.type !== "file" || content !== undefined) return addEntry(tar, header, content);
  await read(options, path, () => addLargeFile(tar, header, { root: options.root, path }));
}

function addEntry(tar: Pack, header: Head, content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content === undefined) tar.entry(header, done);
    else tar.entry(header, content, done);
  });
}

/** As much as the header says, also of a file that grows meanwhile. */
async function addLargeFile(tar: Pack, header: Head, { root, path }: Below): Promise<void> {
  await using file = await openInside(root, join(root, path));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sink = tar.entry(header, (error) => (error ? reject(error) : resolve()));
  for (let done = 0; done < (header.size ?? 0); ) {
    const length = Math.min(smallFile, (header.size ?? 0) - done);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, done);
    if (bytesRead === 0) throw new Error("it was cut short while it was read");
    done += bytesRead;
    if (!sink.write(buffer.subarray(0, bytesRead)))
      await new Promise<void>((drained) => sink.once("drain", () => drained()));
  }
  sink.end(undefined);
  await promise;
}

async function read<Value>({ root }: PackFolderOptions, path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (isDevenvError(error)) throw error;
    throw devenvError("FOLDER_UNREADABLE", { path: join(root, path), reason: reasonOf(error) }, error);
  }
}
