import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { devenvError } from "../errors.ts";
import { findLeftovers, writeFileAtomic } from "../host/atomic-write.ts";
import { errnoOf, reasonOf } from "../host/reason.ts";
import { parseLockfile, printLockfile } from "./format.ts";
import { type Lockfile, lockfileName } from "./lockfile.ts";

export function lockfilePath(root: string): string {
  return join(root, lockfileName);
}

/** The lock of a project; undefined when it has none. Throws LOCK_UNREADABLE, LOCK_INVALID, LOCK_VERSION. */
export async function readLockfile(root: string): Promise<Lockfile | undefined> {
  const file = lockfilePath(root);
  const content = await readFile(file, "utf8").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw devenvError("LOCK_UNREADABLE", { file, reason: reasonOf(error) }, error);
  });
  return content === undefined ? undefined : parseLockfile(content);
}

/** Whether a command that was killed while it wrote the lock left something beside it, where git sees it. */
export async function hasLeftovers(root: string): Promise<boolean> {
  return (await findLeftovers(lockfilePath(root))).length > 0;
}

/** Only while no other command may write the lock. */
export async function removeLeftovers(root: string): Promise<void> {
  for (const path of await findLeftovers(lockfilePath(root))) await rm(path, { force: true }).catch(() => undefined);
}

/** Atomic; a lock that is the same is not written again. Returns whether anything was written. */
export async function writeLockfile(root: string, lockfile: Lockfile): Promise<boolean> {
  const file = lockfilePath(root);
  try {
    return await writeFileAtomic(file, printLockfile(lockfile));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw devenvError("LOCK_UNWRITABLE", { file, reason: reasonOf(error) }, error);
  }
}
