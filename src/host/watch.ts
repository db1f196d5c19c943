import { dirname, resolve } from "node:path";
import { watch } from "chokidar";

export interface FileWatcher {
  close(): Promise<void>;
}

export interface WatchOptions {
  /** How long the files must rest before a change is told. */
  readonly restMs?: number | undefined;
  onError?(error: unknown): void;
}

/** Tells changes that come together once, sorted, after they rested. */
export interface ChangeTeller {
  add(path: string): void;
  /** Nothing is told any more. */
  stop(): void;
}

/** Longer than an editor takes to save, shorter than anyone notices. */
const defaultRestMs = 100;

/**
 * Watch a few files, present or not yet, for changes, also by renaming another file over them. Changes that
 * come together are told once, as sorted absolute paths. Resolves when changes can no longer be missed.
 */
export async function watchFiles(
  files: readonly string[],
  onChange: (changed: readonly string[]) => void,
  { restMs, onError }: WatchOptions = {},
): Promise<FileWatcher> {
  const wanted = new Set(files.map((file) => resolve(file)));
  const folders = new Set([...wanted].map((file) => dirname(file)));
  const teller = tellTogether(onChange, restMs);
  // Folders, not the files: a file that is replaced takes its own watch with it.
  const watcher = watch([...folders], {
    depth: 0,
    ignoreInitial: true,
    ignored: (path) => !wanted.has(resolve(path)) && !folders.has(resolve(path)),
  });
  watcher.on("all", (_event, path) => {
    if (!wanted.has(resolve(path))) return;
    teller.add(resolve(path));
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

export function tellTogether(onChange: (changed: readonly string[]) => void, restMs = defaultRestMs): ChangeTeller {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    onChange([...changed].sort());
    changed.clear();
  };
  return {
    add(path) {
      changed.add(path);
      clearTimeout(timer);
      timer = setTimeout(tell, restMs);
    },
    stop: () => clearTimeout(timer),
  };
}
