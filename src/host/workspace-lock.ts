import { rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { devenvError } from "../errors.ts";
import { makeFolders } from "./make-folders.ts";
import { errnoOf, reasonOf } from "./reason.ts";

const renewMs = 1_000;
/** A lock that was not renewed for that long when a command comes to it is that of a process that was killed. */
const staleMs = 5_000;
/** How often a waiting command looks again; each adds up to as much by chance, so that they do not look at once. */
const retryMs = 100;
/**
 * A waiting command must see the lock unrenewed that many times: five seconds or so. It counts looks
 * and reads no clock, as a machine that was asleep has not given the holder the time either.
 */
const staleLooks = 35;

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
  try {
    const release = (await tryAcquire(folder, id)) ?? (await acquireAbandoned(folder, id));
    if (release !== undefined) return release;
    onWait();
    return await waitFor(folder, id, signal);
  } catch (error) {
    if (signal?.aborted === true || errnoOf(error) === undefined) throw error;
    throw devenvError("CACHE_UNUSABLE", { folder, reason: reasonOf(error) }, error);
  }
}

async function acquireAbandoned(folder: string, id: string): Promise<Release | undefined> {
  const renewed = await renewedAt(folder, id);
  if (renewed === undefined || renewed > Date.now() - staleMs) return undefined;
  await removeAbandoned(folder, id, renewed);
  return await tryAcquire(folder, id);
}

async function waitFor(folder: string, id: string, signal: AbortSignal | undefined): Promise<Release> {
  let seen: number | undefined;
  let looks = 0;
  for (;;) {
    await pause(signal);
    const release = await tryAcquire(folder, id);
    if (release !== undefined) return release;
    const renewed = await renewedAt(folder, id);
    looks = renewed === seen ? looks + 1 : 0;
    seen = renewed;
    if (seen !== undefined && looks >= staleLooks) await removeAbandoned(folder, id, seen);
  }
}

/** Undefined when another holds the lock. */
async function tryAcquire(folder: string, id: string): Promise<Release | undefined> {
  await makeFolders(folder);
  // It would not notice that two commands remove the same old lock; `removeAbandoned` does.
  return await lockOnce(join(folder, id), Number.MAX_SAFE_INTEGER);
}

/** Remove the lock of a killed process, unless it was renewed since; one command at a time, lest a new lock be removed. */
async function removeAbandoned(folder: string, id: string, renewed: number): Promise<void> {
  const release = await lockOnce(join(folder, `${id}.removal`), staleMs);
  if (release === undefined) return;
  try {
    if ((await renewedAt(folder, id)) === renewed) await rmdir(lockPath(folder, id));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  } finally {
    await release().catch(() => undefined);
  }
}

async function lockOnce(path: string, stale: number): Promise<Release | undefined> {
  const { lock } = await import("proper-lockfile");
  try {
    // By default a lock that is lost throws where nobody catches. What its holder was about is mended by the next command.
    return await lock(path, { realpath: false, stale, update: renewMs, onCompromised: () => undefined });
  } catch (error) {
    if (errnoOf(error) === "ELOCKED") return undefined;
    throw error;
  }
}

/** Undefined when nobody holds it any more. */
async function renewedAt(folder: string, id: string): Promise<number | undefined> {
  return stat(lockPath(folder, id)).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

function lockPath(folder: string, id: string): string {
  return join(folder, `${id}.lock`);
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(retryMs * (1 + Math.random()), undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
