/** How the agent says no. */
import type { Path } from "../entry.ts";
import { SideError } from "../side.ts";

export interface Refusal {
  readonly kind: number;
  /** Of Linux; 0: none. */
  readonly errno: number;
  readonly path: Path;
}

export function refusalOf({ kind, errno, path }: Refusal): SideError {
  if (kind === 1) return new SideError("changed", `\`${path}\` is not what it was`);
  if (kind === 2) return new SideError("missing", `\`${path}\` is not there, or the folder above it`);
  return new SideError("problem", problemOf(errno));
}

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
  20: "ENOTDIR: not a folder",
  21: "EISDIR: is a folder",
  22: "EINVAL: not possible",
  23: "ENFILE: too many open files",
  24: "EMFILE: too many open files",
  26: "ETXTBSY: the program runs",
  27: "EFBIG: too large a file",
  28: "ENOSPC: no space left on the disk",
  30: "EROFS: read-only file system",
  31: "EMLINK: too many links",
  36: "ENAMETOOLONG: too long a name",
  40: "ELOOP: too many links on the way",
  71: "EPROTO: another version of the agent",
  95: "EOPNOTSUPP: the file system cannot do that",
  116: "ESTALE: the file is gone",
  122: "EDQUOT: the disk quota is used up",
};
