import { linkSync, renameSync } from "node:fs";
import { errnoOf } from "../../host/reason.ts";
import { changed } from "./failure.ts";
import { lookAt } from "./place.ts";

/** Take a place where nothing stands. */
export function putNew(beside: string, place: string): void {
  try {
    // unlike a rename, a link never replaces
    linkSync(beside, place);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    if (lookAt(place) !== undefined) throw changed("something stands there now");
    renameSync(beside, place);
  }
}

/** Whether this system gives a file no second name, or none there. */
export function hasNoLinks(error: unknown): boolean {
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"].includes(errnoOf(error) ?? "");
}
