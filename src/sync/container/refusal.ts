/** How the agent says no. */
import type { Path } from "../entry.ts";
import { SideError, type SideErrorKind, sparseReason } from "../side.ts";

/** A request that was not carried out, for a reason that Linux gives a number. */
export class Refusal extends SideError {
  readonly errno: number;

  constructor(errno: number, path: Path) {
    super(...wordsOf(errno, path));
    this.errno = errno;
  }
}

function wordsOf(errno: number, path: Path): [SideErrorKind, string] {
  if (others.has(errno)) return ["changed", `\`${path}\` is not what it was`];
  if (errno === noEntry) return ["missing", `\`${path}\` is not there, or the folder above it`];
  return ["problem", problemOf(errno)];
}

const noEntry = 2;
/** EBUSY: of a file that somebody has open for writing. */
export const busy = 16;
/** Something else than was expected stands there, or above it: EEXIST, ENOTDIR, EISDIR, ENOTEMPTY, ELOOP. */
const others: ReadonlySet<number> = new Set([17, 20, 21, 39, 40]);

/** An error of Linux in words, on whatever system this runs. */
export function problemOf(errno: number): string {
  const known = problems[errno];
  return known ?? `error ${errno}`;
}

const problems: Readonly<Record<number, string>> = {
  1: "EPERM: operation not permitted",
  5: "EIO: input/output error",
  12: "ENOMEM: not enough memory",
  13: "EACCES: permission denied",
  16: "EBUSY: in use",
  18: "EXDEV: on another device",
  22: "EINVAL: not possible",
  23: "ENFILE: too many open files",
  24: "EMFILE: too many open files",
  26: "ETXTBSY: the program runs",
  27: "EFBIG: too large a file",
  28: "ENOSPC: no space left on the disk",
  30: "EROFS: read-only file system",
  31: "EMLINK: too many links",
  36: "ENAMETOOLONG: too long a name",
  61: sparseReason,
  71: "EPROTO: another version of the agent",
  95: "EOPNOTSUPP: the file system cannot do that",
  116: "ESTALE: the file is gone",
  122: "EDQUOT: the disk quota is used up",
};
