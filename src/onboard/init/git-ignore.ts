import { isDevenvError } from "../../errors.ts";
import { askGit } from "../../host/ask-git.ts";
import type { Host } from "../../host/host.ts";
import { openFolder, writeInto } from "./folder.ts";

/** One developer's own overrides are no part of the project. */
export const localConfig = "devenv.local.ts";

/** Whether the folder is in a git work tree that does not ignore `devenv.local.ts` yet. */
export async function needsIgnoring(folder: string, host: Host): Promise<boolean> {
  try {
    // 0: ignored; 1: not; 128: no work tree.
    const { exitCode } = await askGit(host, { cwd: folder, args: ["check-ignore", "--quiet", localConfig] });
    return exitCode === 1;
  } catch (error) {
    if (isDevenvError(error, "PROGRAM_MISSING")) return false;
    throw error;
  }
}

/** Add it as the last line of the folder's `.gitignore`. Throws PROJECT_UNREADABLE, PROJECT_UNWRITABLE. */
export async function ignoreLocalConfig(folder: string): Promise<void> {
  const file = ".gitignore";
  const text = openFolder(folder).read(file) ?? "";
  await writeInto(folder, file, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${localConfig}\n`);
}
