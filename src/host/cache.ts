import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { devenvError, isDevenvError } from "../errors.ts";
import { makeFolders } from "./make-folders.ts";
import { errnoOf, reasonOf } from "./reason.ts";

/** Longer than any download or unpacking takes: what is older was left by a process that was killed. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Run with a fresh folder on the file system of the cache, so that what is made in it can be renamed into
 * its place; removed afterwards with all that is left in it. Throws CACHE_UNUSABLE.
 */
export async function withTemporaryFolder<T>(cacheDir: string, run: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(cacheDir, "tmp");
  let folder: string | undefined;
  try {
    await makeFolders(parent);
    await removeAbandoned(parent);
    folder = await mkdtemp(join(parent, "work-"));
    return await run(folder);
  } catch (error) {
    if (!isStorageTrouble(error)) throw error;
    throw devenvError("CACHE_UNUSABLE", { folder: cacheDir, reason: reasonOf(error) }, error);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Whether the disk, not what was done with it, is at fault. */
export function isStorageTrouble(error: unknown): boolean {
  return !isDevenvError(error) && storageTroubles.has(errnoOf(error) ?? "");
}

const storageTroubles: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR"]);

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    // Another process may be removing it too.
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}
