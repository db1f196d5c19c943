/** Folders and files of this user alone: what is in them is believed. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
} from "node:fs";
import { chmod, lstat, open } from "node:fs/promises";
import { devenvError, isDevenvError } from "../errors.ts";
import type { Host } from "./host.ts";
import { makeFolders, makeFoldersNow } from "./make-folders.ts";
import { errnoOf, reasonOf } from "./reason.ts";

type Owner = Pick<Host, "uid">;

/** Mode bits that let others write. */
const othersWrite = 0o022;

/**
 * Make a folder, and those above it, that nobody else can look into. One that is there must be a folder of this
 * user's own; throws FOLDER_FOREIGN for all else, a link too.
 */
export async function makePrivateFolder(owner: Owner, path: string): Promise<void> {
  await makeFolders(path, 0o700);
  const stats = await lstat(path);
  const trouble = troubleOf(owner, stats);
  if (trouble !== undefined) throw devenvError("FOLDER_FOREIGN", { path, ...trouble });
  // what is mounted read-only cannot be changed, by others neither
  if (owner.uid !== undefined && (stats.mode & 0o077) !== 0) await chmod(path, 0o700).catch(unlessReadOnly);
}

/** The same, at once. */
export function makePrivateFolderNow(owner: Owner, path: string): void {
  makeFoldersNow(path, 0o700);
  const stats = lstatSync(path);
  const trouble = troubleOf(owner, stats);
  if (trouble !== undefined) throw devenvError("FOLDER_FOREIGN", { path, ...trouble });
  if (owner.uid !== undefined && (stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
}

/** The same for the cache, of which what is read is believed. Throws FOLDER_FOREIGN, CACHE_UNUSABLE. */
export async function makePrivateCache({ cacheDir, ...owner }: Owner & Pick<Host, "cacheDir">): Promise<void> {
  await makePrivateFolder(owner, cacheDir).catch((error: unknown) => {
    if (isDevenvError(error)) throw error;
    throw devenvError("CACHE_UNUSABLE", { folder: cacheDir, reason: reasonOf(error) }, error);
  });
}

/** The same for a cache that is there. */
export async function requirePrivateCache(host: Owner & Pick<Host, "cacheDir">): Promise<void> {
  if (existsSync(host.cacheDir)) await makePrivateCache(host);
}

/** Whether a folder that is there is this user's own. */
export async function isPrivateFolder(owner: Owner, path: string): Promise<boolean> {
  try {
    const stats = await lstat(path);
    return troubleOf(owner, stats) === undefined && (owner.uid === undefined || (stats.mode & othersWrite) === 0);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

function unlessReadOnly(error: unknown): void {
  if (errnoOf(error) !== "EROFS") throw error;
}

function troubleOf(
  { uid }: Owner,
  stats: Stats,
): { readonly uid?: number; readonly kind: "owner" | "type" } | undefined {
  if (!stats.isDirectory()) return { kind: "type" };
  return uid === undefined || stats.uid === uid ? undefined : { kind: "owner", uid: stats.uid };
}

/** What `readOwnFile` gives, at once. */
export function readOwnFileNow({ uid }: Owner, path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    return isOwnFile(uid, fstatSync(file)) ? readFileSync(file, "utf8") : undefined;
  } catch (error) {
    return undefinedWithout(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function isOwnFile(uid: number | undefined, stats: Stats): boolean {
  return uid === undefined || (stats.uid === uid && (stats.mode & othersWrite) === 0);
}

function undefinedWithout(error: unknown): undefined {
  if (!["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(errnoOf(error) ?? "")) throw error;
}

/** The text of a file that this user alone can have written; undefined for any other, and where there is none. */
export async function readOwnFile({ uid }: Owner, path: string): Promise<string | undefined> {
  try {
    // Windows has no O_NOFOLLOW
    await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    return isOwnFile(uid, await file.stat()) ? await file.readFile("utf8") : undefined;
  } catch (error) {
    return undefinedWithout(error);
  }
}
