import { errnoOf, reasonOf } from "../../host/reason.ts";
import { SideError } from "../side.ts";

/** What a call of the file system failed with, in a side's words. */
export function sideError(error: unknown): SideError {
  if (error instanceof SideError) return error;
  switch (errnoOf(error)) {
    case "ENOENT":
      return new SideError("missing", reasonOf(error), { cause: error });
    // something else than was expected stands there, or above it
    case "EEXIST":
    case "ENOTEMPTY":
    case "ENOTDIR":
    case "EISDIR":
    case "ELOOP":
      return new SideError("changed", reasonOf(error), { cause: error });
    default:
      return new SideError("problem", reasonOf(error), { cause: error });
  }
}

export function changed(reason: string): SideError {
  return new SideError("changed", reason);
}
