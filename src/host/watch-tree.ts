import { relative, sep } from "node:path";
import { watch } from "chokidar";
import { type FileWatcher, tellTogether, type WatchOptions } from "./watch.ts";

export interface WatchedTree {
  /** Absolute real path. */
  readonly root: string;
  /** Neither looked at nor into; `/`-separated, relative to the root. */
  ignores(path: string): boolean;
  /** What is told of. */
  matches(path: string): boolean;
}

/** Watch a folder and all below it. Changes that come together are told once, as sorted paths relative to the root. */
export async function watchTree(
  { root, ignores, matches }: WatchedTree,
  onChange: (paths: readonly string[]) => void,
  { restMs, onError }: WatchOptions = {},
): Promise<FileWatcher> {
  const pathOf = (file: string) => relative(root, file).split(sep).join("/");
  const teller = tellTogether(onChange, restMs);
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (file) => file !== root && ignores(pathOf(file)),
  });
  watcher.on("all", (_event, file) => {
    const path = pathOf(file);
    if (path !== "" && matches(path)) teller.add(path);
  });
  watcher.on("error", (error) => onError?.(error));
  await new Promise<void>((ready) => watcher.once("ready", ready));
  return {
    async close() {
      teller.stop();
      await watcher.close();
    },
  };
}
