import { join, resolve } from "node:path";
import type { Host } from "../../host/host.ts";
import type { GitSettings } from "./git-rules.ts";

/** What git's own settings, of the machine, the user and the repository, say about ignoring; by default where there is no git. */
export async function gitSettings({ processes, env, home }: Host, root: string): Promise<GitSettings> {
  const { XDG_CONFIG_HOME: configured } = env;
  const byDefault = join(
    configured === undefined || configured === "" ? join(home, ".config") : configured,
    "git/ignore",
  );
  if ((await processes.find("git")) === undefined) return { excludesFile: byDefault, ignoresCase: false };
  // the last one counts
  const [excludesFile, ignoresCase] = await Promise.all(
    [["--path", "core.excludesFile"] as const, ["--bool", "core.ignoreCase"] as const].map(async ([type, name]) => {
      const words = ["config", "--null", type, "--get", name];
      const { exitCode, stdout } = await processes.run("git", words, { cwd: root, allowFailure: true });
      return exitCode === 0 ? stdout.replace(/\0$/, "") : undefined;
    }),
  );
  return {
    // an empty one is none
    excludesFile: excludesFile === "" ? undefined : resolve(root, excludesFile ?? byDefault),
    ignoresCase: ignoresCase === "true",
  };
}
