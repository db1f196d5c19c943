/** The environments that a process keeps in step: begun, and ended, as the record says. */
import type { FileWatcher } from "../../host/watch.ts";
import { type Keeper, openKeeper } from "./keeper.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { KeptEnvironment, SyncRecord } from "./record.ts";
import { watchActions } from "./watch-actions.ts";

export interface Kept {
  readonly environment: KeptEnvironment;
  /** Undefined where the workspace is mounted. */
  readonly keeper: Keeper | undefined;
  readonly watcher: Promise<FileWatcher> | undefined;
}

export async function reloadAll(options: Keeping, kept: Map<string, Kept>, record: SyncRecord | undefined) {
  const wanted = record?.environments ?? {};
  const paused = new Set<string>();
  for (const [name, one] of [...kept]) {
    const isSame = JSON.stringify(wanted[name]) === JSON.stringify(one.environment);
    // one that is over is tried once more
    const isOver = one.keeper?.end() !== undefined;
    if (isSame && !isOver) continue;
    if (wanted[name] !== undefined && !isOver) await flushSoon(one);
    if (one.keeper?.status().state === "paused") paused.add(name);
    kept.delete(name);
    await close(one);
  }
  for (const [name, environment] of Object.entries(wanted)) {
    if (record === undefined || kept.has(name)) continue;
    kept.set(name, keep(options, { record, name, environment, isPaused: paused.has(name) }));
  }
}

/** What was changed under the old settings is brought over by these, as far as that takes no long time. Milliseconds. */
const oldFlushMs = 5_000;

export async function flushSoon({ keeper }: Kept): Promise<void> {
  if (keeper?.status().state === "connecting") return;
  await keeper?.flush(AbortSignal.timeout(oldFlushMs), () => undefined);
}

export interface Keeping {
  readonly open: OpenEnvironment;
  /** Run devenv itself; resolves with its exit code. */
  run(args: readonly string[]): Promise<number>;
  log(line: string): void;
  /** It is over with one. */
  onEnd(name: string, one: Kept): Promise<void>;
}

/** A command that waits for one that is over may still ask for the reason. Milliseconds. */
const graceMs = 10_000;

interface Wanted {
  readonly record: SyncRecord;
  readonly name: string;
  readonly environment: KeptEnvironment;
  readonly isPaused: boolean;
}

function keep(keeping: Keeping, { record, name, environment, isPaused }: Wanted): Kept {
  const { open, run, log } = keeping;
  const { sync, watch, exclude, ignore } = environment;
  const { root } = record;
  const keeper =
    sync === undefined
      ? undefined
      : openKeeper({
          name,
          isPaused,
          open: (listener, isHeld) => open({ record, name, environment, sync, listener, isPaused: isHeld }),
          log,
          onEnd: () => void setTimeout(() => void keeping.onEnd(name, one), graceMs).unref(),
        });
  const watcher =
    watch.length === 0 ? undefined : watchActions({ name, root, actions: watch, exclude, ignore, run, log });
  const one = { environment, keeper, watcher };
  return one;
}

export async function close({ keeper, watcher }: Kept): Promise<void> {
  await (await watcher)?.close();
  await keeper?.close();
}
