/** Whether a process that keeps a workspace in step has anything to do still, looked at again and again. */
import { readFile, stat } from "node:fs/promises";
import type { SyncPlaces } from "./places.ts";

export interface WatchdogOptions {
  readonly places: SyncPlaces;
  /** What this process wrote as its mark. */
  readonly mark: string;
  /** Absolute path of the workspace; undefined as long as it is not known. */
  root(): string | undefined;
  /** Names of the environments that have a container; undefined where that cannot be told. */
  present(): Promise<ReadonlySet<string> | undefined>;
  /** Nothing is to be done any more, and why. */
  onEnd(reason: string): void;
  /** No container of these is there twice in a row. */
  onAbsent(present: ReadonlySet<string>): void;
}

export interface Watchdog {
  /** Look at the files now; false when nothing is to be done any more, which was told. */
  look(): Promise<boolean>;
  stop(): void;
}

/** Cheap: two files. Milliseconds. */
const filesMs = 1_000;
/** One call to the engine. Milliseconds. */
const engineMs = 10_000;

export function startWatchdog(options: WatchdogOptions): Watchdog {
  const lookAtFiles = createFileLook(options);
  let before: ReadonlySet<string> | undefined;
  let isOver = false;
  const look = async () => {
    const reason = await lookAtFiles();
    if (reason !== undefined && !isOver) {
      isOver = true;
      options.onEnd(reason);
    }
    return !isOver;
  };
  const timers = [
    every(filesMs, async () => void (await look())),
    every(engineMs, async () => {
      const now = await options.present();
      // while one takes another's place there may be none for a moment
      if (now !== undefined && before !== undefined) options.onAbsent(new Set([...now, ...before]));
      before = now;
    }),
  ];
  return {
    look,
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** One look after another, however long each takes. */
function every(ms: number, look: () => Promise<void>): NodeJS.Timeout {
  let isLooking = false;
  return setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    await look().catch(() => undefined);
    isLooking = false;
  }, ms);
}

/** Gives why there is nothing to do any more. */
function createFileLook({ places, mark, root }: WatchdogOptions): () => Promise<string | undefined> {
  let folder: string | undefined;
  return async () => {
    const found = await readFile(places.mark, "utf8").catch(() => undefined);
    if (found !== mark) return found === undefined ? "its state is gone" : "another process does so";
    const path = root();
    if (path === undefined) return undefined;
    const identity = await identityOf(path);
    folder ??= identity;
    return identity === folder && identity !== undefined ? undefined : `the workspace \`${path}\` is gone`;
  };
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
