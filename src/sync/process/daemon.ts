/** The process that keeps the environments of one workspace in step: started by commands, outlives them. */
import { chmod } from "node:fs/promises";
import type { Host } from "../../host/host.ts";
import type { FileWatcher } from "../../host/watch.ts";
import { type Keeper, noStatus, openKeeper } from "./keeper.ts";
import { claimMark } from "./mark.ts";
import type { EnvironmentSync, SyncAnswer, SyncFailure } from "./messages.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { SyncPlaces } from "./places.ts";
import { type KeptEnvironment, readRecord, type SyncRecord } from "./record.ts";
import { type Asked, serve } from "./server.ts";
import { type Circumstances, settingsOf } from "./settings.ts";
import { watchActions } from "./watch-actions.ts";

export interface DaemonOptions {
  readonly host: Host;
  readonly places: SyncPlaces;
  readonly circumstances: Circumstances;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly open: OpenEnvironment;
  /** Run devenv itself; resolves with its exit code. */
  run(args: readonly string[]): Promise<number>;
  log(line: string): void;
}

interface Kept {
  readonly environment: KeptEnvironment;
  /** Undefined where the workspace is mounted. */
  readonly keeper: Keeper | undefined;
  readonly watcher: Promise<FileWatcher> | undefined;
}

/** Resolves when there is nothing to keep in step any more; at once where another process does so already. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { host, places, signal, log } = options;
  const letGo = await claimMark(host, places);
  if (letGo === undefined) return;
  const stopping = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const stop = () => {
    stopping.resolve();
    return ended.promise;
  };
  signal.addEventListener("abort", () => stopping.resolve(), { once: true });
  const kept = new Map<string, Kept>();
  const reload = async () => reloadAll(options, kept, await readRecord(places.record));
  const loaded = Promise.withResolvers<void>();
  const server = await serve(places.address, async (asked) => {
    // before that there is nothing kept that a flush could wait for
    await loaded.promise;
    await answer(asked, { ...options, kept, reload, stop });
  });
  if (host.platform !== "win32") await chmod(places.address, 0o600);
  log("started");
  await reload();
  loaded.resolve();
  await stopping.promise;
  server.close();
  await Promise.all([...kept.values()].map(close));
  await letGo();
  log("ended");
  ended.resolve();
}

async function reloadAll(options: DaemonOptions, kept: Map<string, Kept>, record: SyncRecord | undefined) {
  const wanted = record?.environments ?? {};
  const paused = new Set<string>();
  for (const [name, one] of [...kept]) {
    if (JSON.stringify(wanted[name]) === JSON.stringify(one.environment)) continue;
    if (wanted[name] !== undefined) await flushSoon(one);
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

async function flushSoon({ keeper }: Kept): Promise<void> {
  if (keeper?.status().state === "connecting") return;
  await keeper?.flush(AbortSignal.timeout(oldFlushMs), () => undefined);
}

interface Wanted {
  readonly record: SyncRecord;
  readonly name: string;
  readonly environment: KeptEnvironment;
  readonly isPaused: boolean;
}

function keep({ open, run, log }: DaemonOptions, { record, name, environment, isPaused }: Wanted): Kept {
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
        });
  const watcher =
    watch.length === 0 ? undefined : watchActions({ name, root, actions: watch, exclude, ignore, run, log });
  return { environment, keeper, watcher };
}

async function close({ keeper, watcher }: Kept): Promise<void> {
  await (await watcher)?.close();
  await keeper?.close();
}

interface Daemon extends Pick<DaemonOptions, "places" | "circumstances"> {
  readonly kept: ReadonlyMap<string, Kept>;
  reload(): Promise<void>;
  /** Resolves when another process may take over. */
  stop(): Promise<void>;
}

async function answer({ request, signal, tell }: Asked, daemon: Daemon): Promise<void> {
  const { kept, reload, stop, places } = daemon;
  if (request.kind === "stop") {
    await stop();
    return tell({ kind: "done", environments: [] });
  }
  if (request.kind === "reload") await reload();
  const environment = "environment" in request ? request.environment : undefined;
  const chosen = [...kept].filter(([name]) => environment === undefined || name === environment);
  if (environment !== undefined && chosen.length === 0) return tell(failed("SYNC_NOT_RUNNING", { environment }));
  const keepers = chosen.flatMap(([, { keeper }]) => keeper ?? []);
  switch (request.kind) {
    case "flush":
      await Promise.all(
        chosen.map(([name, { keeper }]) => keeper?.flush(signal, (progress) => tell(printed(name, progress)))),
      );
      return tell(
        flushed(
          keepers.map((keeper) => keeper.status()),
          places,
        ),
      );
    case "unsaved":
      return tell(
        (await keepers[0]?.unsaved(signal)) ??
          failed("SYNC_FAILED", { environment, ...notReached(keepers), log: places.log }),
      );
    case "pause":
      await Promise.all(keepers.map((keeper) => keeper.pause()));
      break;
    case "resume":
      await Promise.all(keepers.map((keeper) => keeper.resume(request.answer)));
      break;
    default:
  }
  tell({ kind: "done", environments: chosen.map(statusOf), circumstances: daemon.circumstances });
}

function statusOf([name, { keeper, environment }]: [string, Kept]): EnvironmentSync {
  const status: EnvironmentSync = keeper?.status() ?? { ...noStatus, environment: name, state: "mounted" };
  return { ...status, settings: settingsOf(environment) };
}

function printed(environment: string, progress: Extract<SyncAnswer, { kind: "progress" }>["progress"]): SyncAnswer {
  return { kind: "progress", environment, progress };
}

function flushed(environments: readonly EnvironmentSync[], { log }: SyncPlaces): SyncAnswer {
  for (const { environment, state, reason, halt } of environments) {
    if (state === "halted") return failed("SYNC_HALTED", { environment, halt });
    if (state === "paused") return failed("SYNC_PAUSED", { environment });
    if (state === "connecting" || state === "lost") {
      return failed("SYNC_FAILED", { environment, reason: reason ?? "the container cannot be reached", log });
    }
  }
  return { kind: "done", environments };
}

function notReached([keeper]: readonly Keeper[]): { readonly reason: string } {
  return { reason: keeper?.status().reason ?? "the container cannot be reached" };
}

function failed(code: SyncFailure, details: object): SyncAnswer {
  return { kind: "failed", code, details };
}
