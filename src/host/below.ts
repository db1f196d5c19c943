/** Folders and files below the workspace that are made or read on the host, where code inside may have put links. */
import { constants, existsSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readFile, readlink, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { devenvError } from "../errors.ts";
import { errnoOf } from "./reason.ts";

export interface Below {
  /** Absolute real path. */
  readonly root: string;
  /** Relative to the root, without `..`. */
  readonly path: string;
}

/** Make a folder with those above it, following no link. Throws LINK_IN_THE_WAY. */
export async function makeFolderBelow({ root, path }: Below): Promise<void> {
  await (await walk(root, namesOf(path))).handle.close();
}

/** Make an empty file where there is none, and the folders above it, following no link. Throws LINK_IN_THE_WAY. */
export async function makeFileBelow({ root, path }: Below): Promise<void> {
  const names = namesOf(path);
  const name = names.pop() ?? "";
  const folder = await walk(root, names);
  try {
    // Windows has neither; a FIFO would be waited for
    const { O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const file = await openBelow(folder, name, O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    await file.close();
  } finally {
    await folder.handle.close();
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

interface Folder {
  readonly handle: FileHandle;
  /** As it is called; another may stand there meanwhile. */
  readonly path: string;
}

const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** The last of these folders, each made and opened in the one before it. */
async function walk(root: string, names: readonly string[]): Promise<Folder> {
  let folder: Folder = { handle: await open(root, folderFlags), path: root };
  for (const name of names) {
    try {
      await mkdir(placeIn(folder, name)).catch((error: unknown) => {
        if (errnoOf(error) !== "EEXIST") throw error;
      });
      const handle = await openBelow(folder, name, folderFlags);
      const next = { handle, path: join(folder.path, name) };
      await folder.handle.close();
      folder = next;
    } catch (error) {
      await folder.handle.close().catch(() => undefined);
      throw error;
    }
  }
  return folder;
}

/** By descriptor where that can be done: nobody can put a link in its place then. */
function placeIn({ handle, path }: Folder, name: string): string {
  return join(hasDescriptors ? `/proc/self/fd/${handle.fd}` : path, name);
}

const hasDescriptors = existsSync("/proc/self/fd");

async function openBelow(folder: Folder, name: string, flags: number): Promise<FileHandle> {
  const place = placeIn(folder, name);
  if (!hasDescriptors) await refuseLink(place, join(folder.path, name));
  return open(place, flags, 0o666).catch(async (error: unknown) => {
    if (["ELOOP", "ENOTDIR"].includes(errnoOf(error) ?? "")) await refuseLink(place, join(folder.path, name));
    throw error;
  });
}

async function refuseLink(place: string, path: string): Promise<void> {
  const target = await readlink(place).catch(() => undefined);
  if (target !== undefined) throw devenvError("LINK_IN_THE_WAY", { path, target });
}

/**
 * Where a path leads; one of the workspace must not lead out of it, since code inside may have made it do so. Gives
 * the path itself where nothing is there. Throws LINK_LEAVES_WORKSPACE.
 */
export async function realPathInside(root: string, path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  if (!isBelow(root, path) || isBelow(root, real)) return real;
  throw devenvError("LINK_LEAVES_WORKSPACE", { path, link: await firstLink(root, path), target: real });
}

/**
 * What a file holds that the config names, links followed as `realPathInside` does, also while code inside swaps them.
 * One of the workspace must be a regular file. Throws LINK_LEAVES_WORKSPACE, what the system reports, and plain errors.
 */
export async function readFileInside(root: string, path: string): Promise<Buffer> {
  const real = await realPathInside(root, path);
  if (!isBelow(root, real)) return await readFile(real);
  await using file = await openInside(root, real);
  return await file.readFile();
}

/** Open a file below a folder, both named by their real paths, following no link. Throws as `readFileInside` does. */
export async function openInside(root: string, path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const target = hasDescriptors ? await readlink(`/proc/self/fd/${file.fd}`) : path;
    if (!isBelow(root, target)) throw devenvError("LINK_LEAVES_WORKSPACE", { path, link: path, target });
    const stats = await file.stat();
    // reading a folder says what it is
    if (!stats.isFile() && !stats.isDirectory()) throw new Error("it is no regular file");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function firstLink(root: string, path: string): Promise<string> {
  let current = root;
  for (const name of relative(root, path).split(sep)) {
    current = join(current, name);
    if ((await lstat(current)).isSymbolicLink()) return current;
  }
  return path;
}
