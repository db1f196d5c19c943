/** Where git keeps what it knows of a repository. */
import { lstatSync, readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface GitFolder {
  /** Absolute; holds the index. */
  readonly own: string;
  /** The same, of the main checkout: holds `info/exclude`. */
  readonly common: string;
}

/** Of the repository whose top is a folder; undefined where that is no repository that git would go by. */
export function gitFolderAt(folder: string): GitFolder | undefined {
  const place = join(folder, ".git");
  const stats = statAt(place);
  const own = stats?.isDirectory() ? place : stats?.isFile() ? leadsTo(folder, place) : undefined;
  if (own === undefined || !isThere(join(own, "HEAD"))) return undefined;
  const common = resolve(own, readText(join(own, "commondir")) ?? "");
  const isWhole = statAt(join(common, "objects"))?.isDirectory() && statAt(join(common, "refs"))?.isDirectory();
  return isWhole ? { own, common } : undefined;
}

export interface Above {
  readonly folder: GitFolder;
  /** Absolute. */
  readonly top: string;
}

/** The repository that holds a folder from above, searched as git does: not in folders of others, nor on another file system. */
export function gitFolderAbove(folder: string, uid: number | undefined): Above | undefined {
  const device = statAt(folder)?.dev;
  for (let [below, top] = [folder, dirname(folder)]; top !== below; [below, top] = [top, dirname(top)]) {
    const stats = statAt(top);
    if (stats === undefined || stats.dev !== device) return undefined;
    const found = gitFolderAt(top);
    if (found === undefined) continue;
    const isOwn = uid === undefined || [stats, statAt(found.own)].every((one) => one?.uid === uid);
    return isOwn ? { folder: found, top } : undefined;
  }
  return undefined;
}

function leadsTo(folder: string, place: string): string | undefined {
  const [, path] = /^gitdir: (.+?)[\r\n]*$/s.exec(readText(place) ?? "") ?? [];
  return path === undefined ? undefined : resolve(folder, path);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/[\r\n]+$/, "");
  } catch {
    return undefined;
  }
}

/** HEAD may be a link to where there is nothing yet. */
function isThere(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false }) !== undefined;
}

function statAt(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
