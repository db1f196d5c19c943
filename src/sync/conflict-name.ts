/** Names for what loses a conflict: it is kept beside the winner. */
import type { Path } from "./entry.ts";
import type { SideName } from "./status.ts";
import { joinPath, nameOf, parentOf } from "./tree.ts";

export interface ConflictCopy {
  readonly path: Path;
  /** Whose content it is. */
  readonly side: SideName;
  readonly date: Date;
  /** From 1 for the second of the same second. */
  readonly number?: number | undefined;
}

/** `name.conflict-host-20261124T203000Z`, and `-1` after that if there is a number. */
export function conflictPath({ path, side, date, number }: ConflictCopy): Path {
  const time = date.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const ending = `.conflict-${side}-${time}${number === undefined ? "" : `-${number}`}`;
  return joinPath(parentOf(path), cutTo(nameOf(path), longestName - ending.length) + ending);
}

/** Of a path, or its last name. */
export function isConflictCopy(path: Path): boolean {
  // of the very most names that tells more quickly
  return path.includes(".conflict-") && /\.conflict-(host|container)-\d{8}T\d{6}Z(-\d+)?$/.test(path);
}

/** Bytes that the usual file systems allow. */
const longestName = 255;

/** Whole characters only. */
function cutTo(name: string, bytes: number): string {
  let used = 0;
  let kept = "";
  for (const character of name) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
