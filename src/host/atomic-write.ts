import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Write a whole file so that every reader sees either the old content or the new, also after a crash.
 * Folders are made as needed, a link is followed, and content that is there already is not written again.
 * The mode is the given one whatever the umask, else that of the file that is there. Returns whether
 * anything was written.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<boolean> {
  const target = await realpath(path).catch(() => path);
  const bytes = Buffer.from(content);
  const present = await readFile(target).catch(() => undefined);
  if (present?.equals(bytes)) return false;
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeNew(temporary, bytes, mode ?? (await modeOf(target)));
    await moveIntoPlace(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return true;
}

/** Flush a file to disk and rename it over another path of the same file system; folders are made as needed. */
export async function moveIntoPlace(file: string, target: string): Promise<void> {
  await flush(file);
  await mkdir(dirname(target), { recursive: true });
  await rename(file, target);
  // The new name itself survives a crash only with its folder; Windows cannot open one.
  await flush(dirname(target)).catch(() => undefined);
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
