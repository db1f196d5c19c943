/** Content that nobody else has, and that came too late to its place. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { SideError } from "../side.ts";
import { nameOf } from "../tree.ts";
import { putNew } from "./put-new.ts";

/** A name for what came too late to the file at a path; from 1 for the second of the same moment. */
export type NameLate = (path: Path, number?: number) => Path;

export interface Late {
  /** Absolute. */
  readonly root: string;
  readonly nameLate: NameLate;
}

const mostCopies = 100;

/** A file gets a name that tells of the path it was meant for, beside that; at the root when that folder is gone. */
export function keepLate(late: Late, kept: string, path: Path): void {
  try {
    putUnderFreeName(late, kept, path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    putUnderFreeName(late, kept, nameOf(path));
  }
  rmSync(kept, { force: true });
}

function putUnderFreeName({ root, nameLate }: Late, kept: string, path: Path): void {
  for (let number = 0; ; number += 1) {
    try {
      putNew(kept, join(root, nameLate(path, number === 0 ? undefined : number)));
      return;
    } catch (error) {
      if (!isTaken(error) || number >= mostCopies) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return errnoOf(error) === "EEXIST" || (error instanceof SideError && error.kind === "changed");
}
