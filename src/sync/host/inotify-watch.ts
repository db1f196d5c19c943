/**
 * Our own watcher for Linux: one `fs.watch` a folder, not recursive. Nothing else that Node offers misses no
 * event in a burst and stays quick and small with 100,000 files.
 */
import { type FSWatcher, readFileSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { isWithin, joinPath } from "../tree.ts";
import { batchPaths, type FolderWatch, type FolderWatchOptions, touchUntil } from "./folder-watch.ts";

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: bigint;
}

/** What the kernel keeps for a reader that is late; what comes after that is dropped, and Node does not tell. */
const queueFile = "/proc/sys/fs/inotify/max_queued_events";
const defaultQueue = 16_384;

export function openInotifyWatch(options: FolderWatchOptions): FolderWatch {
  const { root, onChange, onOverflow } = options;
  const watched = new Map<Path, Watched>();
  const batch = batchPaths(onChange);
  const count = countEvents(readQueueLength(), onOverflow);
  const attempts = openAttempts(options);
  const cookies = openCookies(options.cookieFolder, batch.flush);
  attempts.make(cookies, () => cookies.watch());

  const drop = (path: Path) => {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  };
  const remove = (path: Path) => {
    drop(path);
    attempts.forget(path);
  };
  const open = (path: Path, inode: bigint) => {
    const watcher = watch(join(root, path), (_event, name) => {
      count();
      batch.add(name === null ? path : joinPath(path, name));
    });
    // the folder is gone, of which its parent tells too
    watcher.on("error", () => batch.add(path));
    watched.set(path, { watcher, inode });
  };

  return {
    add(path, inode) {
      if (watched.get(path)?.inode === inode) return;
      drop(path);
      attempts.make(path, () => unlessGone(() => open(path, inode)));
    },
    remove(path) {
      remove(path);
      for (const below of watched.keys()) if (isWithin(below, path)) remove(below);
    },
    async barrier() {
      // without it everything is looked at anyway
      if (attempts.make(cookies, () => cookies.watch())) await cookies.pass();
    },
    async close() {
      cookies.close();
      for (const path of [...watched.keys()]) remove(path);
    },
  };
}

function unlessGone(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

interface Attempts {
  /** Whether it could be watched. */
  make(what: unknown, attempt: () => void): boolean;
  /** It need not be watched any more. */
  forget(what: unknown): void;
}

/** Tells when something cannot be watched, and when all of it can be again. */
function openAttempts({ onUnwatched, onWatched }: FolderWatchOptions): Attempts {
  const failed = new Set<unknown>();
  const forget = (what: unknown) => {
    if (failed.delete(what) && failed.size === 0) onWatched();
  };
  return {
    forget,
    make(what, attempt) {
      try {
        attempt();
        forget(what);
        return true;
      } catch (error) {
        failed.add(what);
        const { reason, hint } = limits[errnoOf(error) ?? ""] ?? { reason: tellFolder(what, error), hint: undefined };
        onUnwatched(reason, hint);
        return false;
      }
    },
  };
}

function tellFolder(what: unknown, error: unknown): string {
  const folder = typeof what === "string" ? `the folder \`${what || "."}\`` : "a folder of devenv's own";
  return `${folder} cannot be watched: ${reasonOf(error)}`;
}

interface Cookies {
  /** Throws when it cannot be watched; once is enough. */
  watch(): void;
  /** Resolves when all earlier events were told. */
  pass(): Promise<void>;
  close(): void;
}

/** All watches of a process share one queue, so a cookie's event comes after all earlier ones. */
function openCookies(folder: string, flush: () => void): Cookies {
  const waiting = new Map<string, () => void>();
  let watcher: FSWatcher | undefined;
  let made = 0;
  return {
    watch() {
      watcher ??= watch(folder, (_event, name) => {
        const told = waiting.get(name ?? "");
        if (told === undefined) return;
        flush();
        // whether events were lost before it is told at the end of this turn
        setImmediate(told);
      });
    },
    async pass() {
      const name = `cookie-${made++}`;
      const told = new Promise<void>((resolve) => waiting.set(name, resolve));
      await touchUntil(told, join(folder, name));
      waiting.delete(name);
      rmSync(join(folder, name), { force: true });
    },
    close() {
      watcher?.close();
      for (const told of waiting.values()) told();
    },
  };
}

const limits: Readonly<Record<string, { readonly reason: string; readonly hint: string }>> = {
  ENOSPC: {
    reason: "the limit of watched folders is reached",
    hint: "sudo sysctl fs.inotify.max_user_watches=1048576",
  },
  EMFILE: {
    reason: "the limit of inotify instances is reached",
    hint: "sudo sysctl fs.inotify.max_user_instances=1024",
  },
};

/** A full queue is read in one turn of the event loop: so many events in one mean that others may be lost. */
function countEvents(queue: number, onOverflow: () => void): () => void {
  let events = 0;
  return () => {
    if (events === 0) {
      setImmediate(() => {
        if (events >= queue / 2) onOverflow();
        events = 0;
      });
    }
    events++;
  };
}

function readQueueLength(): number {
  try {
    return Number(readFileSync(queueFile, "utf8")) || defaultQueue;
  } catch {
    return defaultQueue;
  }
}
