import type { Path } from "./entry.ts";

/**
 * Whether this is what git has while it is at work: it tells other gits on the same machine, and is gone or of no use by the time
 * it could be brought to the other side.
 */
export function isGitLock(path: Path, isFolder: boolean): boolean {
  return !isFolder && path.endsWith(".lock") && (path.startsWith(".git/") || path.includes("/.git/"));
}
