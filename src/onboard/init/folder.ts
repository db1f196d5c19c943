import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { devenvError } from "../../errors.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { errnoOf, reasonOf } from "../../host/reason.ts";

/** A project's folder, as far as detection looks at it. */
export interface ProjectFolder {
  /** The folder's own name. */
  readonly name: string;
  /** Names of the files and folders in it. */
  readonly entries: readonly string[];
  /** Text of a file below it; undefined when it is not there. */
  read(path: string): string | undefined;
}

/** Throws PROJECT_UNREADABLE. */
export function openFolder(path: string): ProjectFolder {
  return {
    name: basename(path),
    entries: readdirSync(path),
    read: (file) => {
      try {
        return readFileSync(join(path, file), "utf8").replace(/^\uFEFF/, "");
      } catch (error) {
        if (["ENOENT", "ENOTDIR", "EISDIR"].includes(errnoOf(error) ?? "")) return undefined;
        throw devenvError("PROJECT_UNREADABLE", { file, reason: reasonOf(error) }, error);
      }
    },
  };
}

/** Write a file below the folder. Throws PROJECT_UNWRITABLE. */
export async function writeInto(folder: string, file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(join(folder, file), text);
  } catch (error) {
    throw devenvError("PROJECT_UNWRITABLE", { file, reason: reasonOf(error) }, error);
  }
}
