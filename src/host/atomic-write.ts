import { randomBytes } from "node:crypto";
import { chmod, type FileHandle, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolders } from "./make-folders.ts";

/**
 * Write a whole file so that every reader sees either the old content or the new, also after a crash.
 * Folders are made as needed, a link is followed, and content that is there already is not written again.
 * The mode is the given one whatever the umask, else that of the file that is there. Returns whether
 * anything was written.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<boolean> {
  return replaceFileAtomic(await realpath(path).catch(() => path), content, mode);
}

/** The same, but that a link in the file's place is replaced. */
export async function replaceFileAtomic(target: string, content: string | Uint8Array, mode?: number): Promise<boolean> {
  const bytes = Buffer.from(content);
  const present = await readFile(target).catch(() => undefined);
  if (present?.equals(bytes)) return false;
  await makeFolders(dirname(target));
  const temporary = temporaryName(target);
  try {
    await writeNew(temporary, bytes, mode ?? (await modeOf(target)));
    await moveIntoPlace(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return true;
}

/** The same for what comes in pieces; a pipe or a device is written to as it is. Returns how many bytes it was. */
export async function writeStreamAtomic(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<number> {
  const target = await realpath(path).catch(() => path);
  if (await isSpecial(target)) return writePieces(await open(target, "w"), content, signal);
  await makeFolders(dirname(target));
  const temporary = temporaryName(target);
  try {
    const size = await writePieces(await open(temporary, "wx"), content, signal);
    const mode = await modeOf(target);
    if (mode !== undefined) await chmod(temporary, mode);
    await moveIntoPlace(temporary, target);
    return size;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Paths of what writers of this file left behind when they were killed. While another writer may be at work
 * one of them can be its.
 */
export async function findLeftovers(path: string): Promise<readonly string[]> {
  const target = await realpath(path).catch(() => path);
  const names = await readdir(dirname(target)).catch(() => []);
  const prefix = temporaryPrefix(target);
  const left = names.filter((name) => name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length)));
  return left.map((name) => join(dirname(target), name));
}

/** Flush a file to disk and rename it over another path of the same file system; folders are made as needed. */
export async function moveIntoPlace(file: string, target: string): Promise<void> {
  await flush(file);
  await makeFolders(dirname(target));
  await rename(file, target);
  // The new name itself survives a crash only with its folder; Windows cannot open one.
  await flush(dirname(target)).catch(() => undefined);
}

function temporaryName(target: string): string {
  return join(dirname(target), `${temporaryPrefix(target)}${randomBytes(6).toString("hex")}.tmp`);
}

function temporaryPrefix(target: string): string {
  return `.${basename(target)}.`;
}

/** Closes the file. */
async function writePieces(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<number> {
  await using file = handle;
  let size = 0;
  for await (const chunk of content) {
    signal?.throwIfAborted();
    await file.writeFile(chunk);
    size += chunk.length;
  }
  return size;
}

/** A folder too: writing to it fails with the right words. */
async function isSpecial(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isFile(),
    () => false,
  );
}

async function writeNew(path: string, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(bytes);
  if (mode !== undefined) await file.chmod(mode);
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o7777,
    () => undefined,
  );
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
