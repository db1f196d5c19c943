import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { devenvError } from "../errors.ts";
import { findLeftovers, replaceFileAtomic } from "../host/atomic-write.ts";
import { realPathInside } from "../host/below.ts";
import { readSmallFile } from "../host/read-small-file.ts";
import { errnoOf, reasonOf } from "../host/reason.ts";
import { parseLockfile, parseMergedLockfile, printLockfile } from "./format.ts";
import { type Lockfile, lockfileName } from "./lockfile.ts";

export function lockfilePath(root: string): string {
  return join(root, lockfileName);
}

/** The lock of a project; undefined when it has none. Throws LINK_LEAVES_WORKSPACE, LOCK_UNREADABLE, LOCK_INVALID, LOCK_CONFLICT, LOCK_VERSION. */
export async function readLockfile(root: string): Promise<Lockfile | undefined> {
  return parse(await readText(root), parseLockfile);
}

/** The same, with the pins of both sides where a merge left its marks. */
export async function readMergedLockfile(root: string): Promise<Lockfile | undefined> {
  return parse(await readText(root), parseMergedLockfile);
}

function parse(content: string | undefined, read: (content: string) => Lockfile): Lockfile | undefined {
  return content === undefined ? undefined : read(content);
}

/** Above every lock that a project can have: 100,000 pins. */
const largestLock = 32 * 1024 * 1024;

async function readText(root: string): Promise<string | undefined> {
  const file = await realPathInside(root, lockfilePath(root));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readSmallFile(file, largestLock));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    const reason = errnoOf(error) === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is not UTF-8" : reasonOf(error);
    throw devenvError("LOCK_UNREADABLE", { file, reason }, error);
  }
}

/** Whether a command that was killed while it wrote the lock left something beside it, where git sees it. */
export async function hasLeftovers(root: string): Promise<boolean> {
  return (await findLeftovers(lockfilePath(root))).length > 0;
}

/** Only while no other command may write the lock. */
export async function removeLeftovers(root: string): Promise<void> {
  for (const path of await findLeftovers(lockfilePath(root))) await rm(path, { force: true }).catch(() => undefined);
}

/** Code inside could make the folder a link meanwhile, and have another file of the host replaced. */
const linkReason = "it is a link to another folder";

/** Atomic; a lock that is the same is not written again. Returns whether anything was written. */
export async function writeLockfile(root: string, lockfile: Lockfile): Promise<boolean> {
  const file = await realPathInside(root, lockfilePath(root));
  if (dirname(file) !== root) throw devenvError("LOCK_UNWRITABLE", { file: lockfilePath(root), reason: linkReason });
  try {
    return await replaceFileAtomic(file, printLockfile(lockfile));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw devenvError("LOCK_UNWRITABLE", { file, reason: reasonOf(error) }, error);
  }
}
