import { gitSurroundings } from "./git-root.ts";
import type { Host } from "./host.ts";

export interface GitState {
  /** The full id of the commit that is checked out. */
  readonly commit: string;
  /** Files of the repository are changed, or new and not ignored. */
  readonly dirty: boolean;
}

/**
 * The state of the git repository that a folder is in. Undefined without git, a repository or a commit, and
 * where git refuses, as in a repository of another user.
 */
export async function gitState({ processes }: Host, root: string): Promise<GitState | undefined> {
  if ((await processes.find("git")) === undefined) return undefined;
  const { exitCode, stdout } = await processes.run("git", ["status", "--porcelain=v2", "--branch"], {
    cwd: root,
    env: gitSurroundings,
    allowFailure: true,
  });
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(stdout)?.[1];
  if (exitCode !== 0 || commit === undefined) return undefined;
  return { commit, dirty: /^[^#]/m.test(stdout) };
}
