import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";
import { devenvError, isDevenvError } from "../../errors.ts";
import { withTemporaryFolder } from "../../host/cache.ts";
import { reasonOf } from "../../host/reason.ts";
import { redactUrl } from "../../host/redact-url.ts";
import { isGitAddress } from "../../spec/resolve-environment.ts";
import type { KnownContext } from "../operation.ts";

/** The names that dotfiles give their installer, in the order of preference. */
const installers = ["install.sh", "install", "bootstrap.sh", "bootstrap", "setup.sh", "setup", "script/setup"];

/** Dotfiles as a folder of this machine, while `use` runs; throws DOTFILES_UNAVAILABLE. */
export async function withDotfiles<Value>(
  context: KnownContext,
  dotfiles: string,
  use: (folder: string) => Promise<Value>,
): Promise<Value> {
  if (!isGitAddress(dotfiles)) {
    const stats = await stat(dotfiles).catch((error: unknown) => {
      throw devenvError("DOTFILES_UNAVAILABLE", { dotfiles, reason: reasonOf(error) }, error);
    });
    if (!stats.isDirectory()) throw devenvError("DOTFILES_UNAVAILABLE", { dotfiles, reason: "it is no folder" });
    return use(dotfiles);
  }
  return withTemporaryFolder(context.host.cacheDir, async (temporary) => {
    const folder = join(temporary, "dotfiles");
    await clone(context, dotfiles, folder);
    return use(folder);
  });
}

/** On the host, whose keys and certificates serve; nothing is asked of anybody. */
async function clone({ host, signal }: KnownContext, address: string, folder: string): Promise<void> {
  const args = ["clone", "--quiet", "--depth", "1", "--recurse-submodules", "--shallow-submodules", "--", address];
  try {
    await host.processes.run("git", [...args, folder], { env: { GIT_TERMINAL_PROMPT: "0" }, signal });
  } catch (error) {
    const shown = redactUrl(address);
    throw devenvError("DOTFILES_UNAVAILABLE", { dotfiles: shown, reason: gitReason(error, address) }, error);
  }
}

function gitReason(error: unknown, address: string): string {
  if (isDevenvError(error, "PROGRAM_MISSING")) return "`git` is not installed on this machine";
  if (!isDevenvError(error, "PROGRAM_FAILED")) throw error;
  const { output } = error.details as { readonly output: string };
  const lines = output.replaceAll(address, redactUrl(address)).split("\n");
  return ["`git clone` failed", ...lines.filter((line) => line.trim() !== "").map((line) => `  | ${line}`)].join("\n");
}

/** What installs dotfiles, relative to their folder; undefined when they have nothing for that. */
export async function findInstaller(folder: string): Promise<string | undefined> {
  for (const name of installers) if (await isProgram(join(folder, name))) return name;
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
