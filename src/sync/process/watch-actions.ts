/** What a config asks to be done when files change. */
import type { FileWatcher } from "../../host/watch.ts";
import { watchTree } from "../../host/watch-tree.ts";
import { createIgnores } from "../ignore.ts";
import { temporaryFolder } from "../side.ts";
import type { WatchAction } from "./record.ts";

export interface WatchOptions {
  readonly name: string;
  /** Absolute real path of the workspace on the host. */
  readonly root: string;
  readonly actions: readonly WatchAction[];
  /** Folders, relative to the workspace, that are the container's own. */
  readonly exclude: readonly string[];
  /** In gitignore's syntax. */
  readonly ignore: readonly string[];
  /** Run devenv itself; resolves with its exit code. */
  run(args: readonly string[]): Promise<number>;
  log(line: string): void;
}

/** Never in a workspace's interest, and always busy. */
const always = [".git", temporaryFolder];

/** Do what is asked for, one after another; what changes while an action runs lets it run once more. */
export async function watchActions(options: WatchOptions): Promise<FileWatcher> {
  const { root, actions, exclude, ignore, log, name } = options;
  const patterns = ignore.filter((line) => line !== "gitignore");
  const isIgnored = createIgnores({ patterns, volumes: [...always, ...exclude] });
  const watched = actions.map((action) => ({ action, isMeant: matcher(action.paths) }));
  const due = new Map<WatchAction, readonly string[]>();
  const work = async () => {
    for (let [next] = due; next !== undefined; [next] = due) {
      const [action, paths] = next;
      log(`${name}: ${action.action} because of ${paths.join(", ")}`);
      const exitCode = await options.run(argumentsOf(name, action));
      if (exitCode !== 0) log(`${name}: ${action.action} ended with exit code ${exitCode}`);
      if (due.get(action) === paths) due.delete(action);
    }
  };
  return watchTree(
    {
      root,
      ignores: (path) => isIgnored(path, true),
      matches: (path) => watched.some(({ isMeant }) => isMeant(path)),
    },
    (paths) => {
      // while there is something due, it is being worked at
      const isIdle = due.size === 0;
      for (const { action, isMeant } of watched) {
        const meant = paths.filter(isMeant);
        if (meant.length > 0) due.set(action, meant);
      }
      if (isIdle) void work();
    },
    { onError: (error) => log(`${name}: files cannot be watched: ${String(error)}`) },
  );
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  const matches = createIgnores({ patterns, volumes: [] });
  return (path) => matches(path, false);
}

function argumentsOf(name: string, { action, command = "" }: WatchAction): readonly string[] {
  if (action === "restart") return ["restart", name];
  return action === "rebuild" ? ["up", name] : ["exec", name, "--", "/bin/sh", "-c", command];
}
