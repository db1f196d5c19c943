/** Where Node keeps what it has compiled of devenv. Imports next to nothing: everything after it comes from there. */
import type { lstatSync, mkdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { cacheFolder, type Machine } from "./cache-folder.ts";

export interface CompileCacheUser extends Machine {
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  /** Handed in, as importing all of it takes long. */
  readonly fs: { readonly lstatSync: typeof lstatSync; readonly mkdirSync: typeof mkdirSync };
}

/**
 * A folder of this user alone, made where there is none: what is in it runs, and Node's own default is a folder in
 * `/tmp` where anybody can put something. Undefined where there can be none, or where it is not this user's alone.
 */
export function compileCacheFolder(user: CompileCacheUser): string | undefined {
  try {
    const cache = cacheFolder(user);
    if (!isAbsolute(cache)) return undefined;
    const folder = join(cache, "compile");
    user.fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return [cache, folder].every((path) => isOwn(user, path)) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function isOwn({ fs, uid }: CompileCacheUser, path: string): boolean {
  const stats = fs.lstatSync(path);
  return stats.isDirectory() && (uid === undefined || (stats.uid === uid && (stats.mode & 0o022) === 0));
}
