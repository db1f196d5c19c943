/**
 * Our own watcher for Linux: one `fs.watch` a folder, not recursive. Nothing else that Node offers misses no
 * event in a burst and stays quick and small with 100,000 files.
 */
import { type FSWatcher, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { isWithin, joinPath } from "../tree.ts";
import { batchPaths, type FolderWatch, type FolderWatchOptions } from "./folder-watch.ts";

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: bigint;
}

/** What the kernel keeps for a reader that is late; what comes after that is dropped, and Node does not tell. */
const queueFile = "/proc/sys/fs/inotify/max_queued_events";
const defaultQueue = 16_384;

export function openInotifyWatch(options: FolderWatchOptions): FolderWatch {
  const { root, cookieFolder, onChange, onOverflow, onUnwatched } = options;
  const watched = new Map<Path, Watched>();
  const batch = batchPaths(onChange);
  const count = countEvents(readQueueLength(), onOverflow);
  const cookies = new Map<string, () => void>();
  let made = 0;
  // all watches of a process share one queue, so a cookie's event comes after all earlier ones
  const cookieWatch = watch(cookieFolder, (_event, name) => {
    const told = cookies.get(name ?? "");
    if (told === undefined) return;
    batch.flush();
    told();
  });

  const remove = (path: Path) => {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  };
  const open = (path: Path): FSWatcher => {
    const watcher = watch(join(root, path), (_event, name) => {
      count();
      batch.add(name === null ? path : joinPath(path, name));
    });
    // the folder is gone, of which its parent tells too
    watcher.on("error", () => batch.add(path));
    return watcher;
  };

  return {
    add(path, inode) {
      if (watched.get(path)?.inode === inode) return;
      remove(path);
      try {
        watched.set(path, { watcher: open(path), inode });
      } catch (error) {
        const limit = limits[errnoOf(error) ?? ""];
        if (limit !== undefined) onUnwatched(limit.reason, limit.hint);
        else if (errnoOf(error) !== "ENOENT") onUnwatched(reasonOf(error), undefined);
      }
    },
    remove(path) {
      remove(path);
      for (const below of watched.keys()) if (isWithin(below, path)) remove(below);
    },
    async barrier() {
      const name = `cookie-${made++}`;
      const told = new Promise<void>((resolve) => cookies.set(name, resolve));
      writeFileSync(join(cookieFolder, name), "");
      await told;
      cookies.delete(name);
      rmSync(join(cookieFolder, name), { force: true });
    },
    async close() {
      cookieWatch.close();
      for (const path of [...watched.keys()]) remove(path);
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
