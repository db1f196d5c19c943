/** The watcher for systems that have no inotify. */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { watch } from "chokidar";
import { reasonOf } from "../../host/reason.ts";
import { batchPaths, type FolderWatch, type FolderWatchOptions, touchUntil } from "./folder-watch.ts";

/** Events of different folders may come in any order, but hardly that late. Milliseconds. */
const settleMs = 100;
/** What went on in a new folder before it was watched is found by looking at everything again. */
const rescanMs = 300;

/** It watches the whole tree by itself, so that single folders need not be added. */
export function openChokidarWatch(options: FolderWatchOptions): FolderWatch {
  const { root, cookieFolder, ignores, onChange, onOverflow, onUnwatched } = options;
  const batch = batchPaths(onChange);
  const cookies = new Map<string, () => void>();
  // several watches may share the folder, and each looks at its own cookies alone
  const ownCookies = mkdtempSync(join(cookieFolder, "cookies-"));
  const pathOf = (file: string) => relative(root, file).split(sep).join("/");
  let rescan: NodeJS.Timeout | undefined;
  let isReady = false;
  const watcher = watch([root, ownCookies], {
    followSymlinks: false,
    ignoreInitial: true,
    ignored: (file) => file !== root && !file.startsWith(ownCookies) && ignores(pathOf(file)),
  });
  const ready = new Promise<void>((resolve) => watcher.once("ready", resolve));
  void ready.then(() => {
    isReady = true;
    // what changed meanwhile
    onOverflow();
  });
  watcher.on("all", (event, file) => {
    if (file.startsWith(ownCookies)) return cookies.get(file)?.();
    batch.add(pathOf(file));
    if (event !== "addDir" || !isReady) return;
    clearTimeout(rescan);
    rescan = setTimeout(onOverflow, rescanMs);
  });
  watcher.on("error", (error) => onUnwatched(tellFailure(error, pathOf), undefined));

  return {
    add: () => {},
    remove: () => {},
    async barrier() {
      await ready;
      const file = join(ownCookies, `cookie-${cookies.size}-${Date.now()}`);
      const told = new Promise<void>((resolve) => cookies.set(file, resolve));
      await touchUntil(told, file);
      cookies.delete(file);
      await rm(file, { force: true });
      await sleep(settleMs);
      batch.flush();
    },
    async close() {
      clearTimeout(rescan);
      await watcher.close();
      for (const told of cookies.values()) told();
      await rm(ownCookies, { recursive: true, force: true });
    },
  };
}

function tellFailure(error: unknown, pathOf: (file: string) => string): string {
  const { path } = error as NodeJS.ErrnoException;
  return path === undefined ? reasonOf(error) : `\`${pathOf(path) || "."}\` cannot be watched: ${reasonOf(error)}`;
}
