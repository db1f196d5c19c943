import { type DevenvError, devenvError } from "../errors.ts";
import { errnoOf, reasonOf } from "../host/reason.ts";

/** What a disk, its rights or its limits refuse is no defect of devenv; that something is not there may be one. */
const refusals: ReadonlySet<string> = new Set([
  ...["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ENOTDIR", "ELOOP", "ENAMETOOLONG"],
  ...["EMFILE", "ENFILE", "ESTALE"],
]);

/** Of a connection or a program it says something else. */
const others = /^(connect|listen|bind|accept|spawn|kill)/;

/** The catalogue's error for a file that the system refuses, wherever that was; undefined for every other one. */
export function fileFailure(error: unknown): DevenvError | undefined {
  const { path, syscall = "" } = (error ?? {}) as NodeJS.ErrnoException;
  const code = errnoOf(error) ?? "";
  if (!refusals.has(code) || others.test(syscall)) return undefined;
  return devenvError("FILE_FAILED", { path, code, reason: reasonOf(error) }, error);
}
