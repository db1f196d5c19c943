/** The process that keeps the environments of one workspace in step: started by commands, outlives them. */
import type { Host } from "../../host/host.ts";
import { answer } from "./answer.ts";
import { close, flushSoon, type Keeping, type Kept, reloadAll } from "./kept.ts";
import { claimMark } from "./mark.ts";
import type { SyncPlaces } from "./places.ts";
import { type KeptEnvironment, readRecord, type SyncRecord } from "./record.ts";
import { serve } from "./server.ts";
import type { Circumstances } from "./settings.ts";
import { startWatchdog, type Watchdog, type WatchdogOptions } from "./watchdog.ts";

export interface DaemonOptions extends Pick<Keeping, "open" | "run" | "log"> {
  readonly host: Host;
  readonly places: SyncPlaces;
  readonly circumstances: Circumstances;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Names of the environments that have a container; undefined where that cannot be told. */
  present(record: SyncRecord): Promise<ReadonlySet<string> | undefined>;
  /** Remove what helped to keep an environment in step that is in step no longer; never throws. */
  clean(place: CleanPlace): Promise<void>;
}

export interface CleanPlace {
  readonly record: SyncRecord;
  readonly name: string;
  readonly environment: KeptEnvironment;
}

/** Resolves when there is nothing to keep in step any more; at once where another process does so already. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { host, places, signal, log } = options;
  const claim = await claimMark(host, places);
  if (claim === undefined) return;
  const ended = Promise.withResolvers<void>();
  const running = createRunning(options);
  signal.addEventListener("abort", running.stop, { once: true });
  const loaded = Promise.withResolvers<Watchdog>();
  const server = await serve(places.address, async (asked) => {
    // before that there is nothing kept that a flush could wait for
    const watchdog = await loaded.promise;
    // of a workspace that was made anew only another process can tell, which is started where this one gives no answer
    if (asked.request.kind !== "stop" && !(await watchdog.look())) return ended.promise;
    const stop = () => {
      running.stop();
      return ended.promise;
    };
    await answer(asked, { ...options, ...running, stop });
  });
  log("started");
  const watchdog = startWatchdog({ ...running, places, mark: claim.text });
  await running.reload();
  await watchdog.look();
  loaded.resolve(watchdog);
  await running.stopping;
  watchdog.stop();
  await server.close();
  await running.close();
  await claim.letGo();
  log("ended");
  ended.resolve();
}

interface Running extends Pick<WatchdogOptions, "root" | "present" | "onEnd" | "onAbsent"> {
  readonly kept: ReadonlyMap<string, Kept>;
  /** Resolves when it is to end. */
  readonly stopping: Promise<void>;
  stop(): void;
  reload(): Promise<void>;
  close(): Promise<void>;
}

function createRunning(options: DaemonOptions): Running {
  const { places, log, clean } = options;
  const stopping = Promise.withResolvers<void>();
  const kept = new Map<string, Kept>();
  let record: SyncRecord | undefined;
  let isOver = false;
  const drop = async (name: string, one: Kept) => {
    if (kept.get(name) === one) kept.delete(name);
    await close(one);
    if (record !== undefined) await clean({ record, name, environment: one.environment });
    if (kept.size === 0) stopping.resolve();
  };
  return {
    kept,
    stopping: stopping.promise,
    stop: () => stopping.resolve(),
    async reload() {
      record = await readRecord(places.record);
      await reloadAll({ ...options, onEnd: drop }, kept, record);
    },
    root: () => record?.root,
    present: async () => record && options.present(record),
    onEnd(reason) {
      log(`ends: ${reason}`);
      isOver = true;
      stopping.resolve();
    },
    onAbsent(present) {
      for (const [name, one] of kept) {
        if (present.has(name)) continue;
        log(`${name}: it has no container any more`);
        void flushSoon(one).then(() => drop(name, one));
      }
    },
    async close() {
      await Promise.all([...kept].map(([name, one]) => (isOver ? drop(name, one) : close(one))));
    },
  };
}
