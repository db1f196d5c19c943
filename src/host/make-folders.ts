/** Folders made as they are needed. */
import { mkdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { errnoOf } from "./reason.ts";

/**
 * A folder and those above it, as `mkdir -p` makes them; throws why the system refuses one. Of a read-only file system Node
 * says that something is not there.
 */
export async function makeFolders(path: string, mode?: number): Promise<void> {
  await mkdir(path, { recursive: true, mode }).catch(async (error: unknown) => {
    const refused = refusedIn(error);
    if (refused !== undefined) await mkdir(refused);
    throw error;
  });
}

/** The same, at once. */
export function makeFoldersNow(path: string, mode?: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    const refused = refusedIn(error);
    if (refused !== undefined) mkdirSync(refused);
    throw error;
  }
}

/** The folder that could not be made. */
function refusedIn(error: unknown): string | undefined {
  return errnoOf(error) === "ENOENT" ? (error as NodeJS.ErrnoException).path : undefined;
}
