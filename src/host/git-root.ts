import { lstatSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { askGit } from "./ask-git.ts";
import type { Host } from "./host.ts";

/** Where the history of a folder begins. */
export interface GitRoot {
  /** Full id of the first commit, following first parents. */
  readonly commit: string;
  /** The way from the top of the work tree to the folder, with `/`; empty at the top. */
  readonly below: string;
}

/** Tells the repository that a folder is in, and its place in there, from any other; undefined where there is none. No git is run. */
export function gitMark(root: string): string | undefined {
  for (let top = root; ; top = dirname(top)) {
    const stats = lstatSync(join(top, ".git"), { throwIfNoEntry: false });
    if (stats !== undefined) {
      const { dev, ino, birthtimeMs } = stats;
      return [dev, ino, Math.floor(birthtimeMs), relative(top, root).split(sep).join("/")].join(":");
    }
    if (dirname(top) === top) return undefined;
  }
}

/**
 * Undefined without git, a repository or a commit, where the history is cut off, and where git refuses, as in a
 * repository of another user.
 */
export async function gitRoot(host: Host, root: string): Promise<GitRoot | undefined> {
  if ((await host.processes.find("git")) === undefined) return undefined;
  const place = await git(host, root, ["rev-parse", "--is-shallow-repository", "--show-prefix"]);
  const [isShallow, prefix = ""] = place?.split("\n") ?? [];
  if (isShallow !== "false") return undefined;
  const commits = await git(host, root, ["rev-list", "--first-parent", "--max-parents=0", "HEAD"]);
  const commit = /^[0-9a-f]{40,64}$/m.exec(commits ?? "")?.[0];
  return commit === undefined ? undefined : { commit, below: prefix.replace(/\/$/, "") };
}

async function git(host: Host, cwd: string, args: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await askGit(host, { cwd, args });
  return exitCode === 0 ? stdout : undefined;
}
