import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { devenvError } from "../errors.ts";
import { errnoOf, reasonOf } from "./reason.ts";

/** A holder that has not renewed its lock for that long was killed. */
const staleMs = 5_000;
const renewMs = 1_000;
/** How often a waiting command looks again; each adds up to as much by chance, so that they do not look at once. */
const retryMs = 100;

export interface WorkspaceLockOptions {
  readonly cacheDir: string;
  /** Names the workspace, in letters that a file name may have. */
  readonly id: string;
  /** Ends the waiting, with its reason; what runs under the lock watches it by itself. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, when another command holds the lock. */
  onWait(): void;
}

/**
 * Run while no other command on this machine runs under the same lock. The lock of a process that was
 * killed is taken over after a few seconds. Throws CACHE_UNUSABLE when it cannot be made.
 */
export async function withWorkspaceLock<T>(options: WorkspaceLockOptions, run: () => Promise<T>): Promise<T> {
  const release = await acquire(options);
  try {
    return await run();
  } finally {
    // It is gone already when another command took it over, as from a suspended process.
    await release().catch(() => undefined);
  }
}

type Release = () => Promise<void>;

async function acquire({ cacheDir, id, signal, onWait }: WorkspaceLockOptions): Promise<Release> {
  signal?.throwIfAborted();
  const folder = join(cacheDir, "locks");
  let release = await tryAcquire(folder, id);
  if (release === undefined) onWait();
  while (release === undefined) {
    await pause(signal);
    release = await tryAcquire(folder, id);
  }
  if (signal?.aborted) await release().catch(() => undefined);
  signal?.throwIfAborted();
  return release;
}

/** Undefined when another holds the lock. */
async function tryAcquire(folder: string, id: string): Promise<Release | undefined> {
  const { lock } = await import("proper-lockfile");
  try {
    await mkdir(folder, { recursive: true });
    return await lock(join(folder, id), {
      realpath: false,
      stale: staleMs,
      update: renewMs,
      // By default it throws where nobody catches. What this process was about is mended by the next command.
      onCompromised: () => undefined,
    });
  } catch (error) {
    if (errnoOf(error) === "ELOCKED") return undefined;
    throw devenvError("CACHE_UNUSABLE", { folder, reason: reasonOf(error) }, error);
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(retryMs * (1 + Math.random()), undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
