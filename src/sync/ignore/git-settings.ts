import { join, resolve } from "node:path";
import { askGit } from "../../host/ask-git.ts";
import type { Host } from "../../host/host.ts";
import type { GitSettings } from "./git-rules.ts";

/** What git's own settings, of the machine, the user and the repository, say about ignoring; by default where there is no git. */
export async function gitSettings(host: Host, root: string): Promise<GitSettings> {
  const { processes, env, home } = host;
  const { XDG_CONFIG_HOME: configured } = env;
  const byDefault = join(
    configured === undefined || configured === "" ? join(home, ".config") : configured,
    "git/ignore",
  );
  if ((await processes.find("git")) === undefined) return { excludesFile: byDefault, ignoresCase: false };
  // the last one counts
  const [excludesFile, ignoresCase] = await Promise.all(
    [["--path", "core.excludesFile"] as const, ["--bool", "core.ignoreCase"] as const].map(async ([type, name]) => {
      const args = ["config", "--null", type, "--get", name];
      const { exitCode, stdout } = await askGit(host, { cwd: root, args });
      return exitCode === 0 ? stdout.replace(/\0$/, "") : undefined;
    }),
  );
  return {
    // an empty one is none
    excludesFile: excludesFile === "" ? undefined : resolve(root, excludesFile ?? byDefault),
    ignoresCase: ignoresCase === "true",
  };
}
