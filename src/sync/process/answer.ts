/** What the process that syncs answers to commands. */
import type { Keeper } from "./keeper.ts";
import { noStatus } from "./keeper.ts";
import type { Kept } from "./kept.ts";
import type { EnvironmentSync, SyncAnswer, SyncFailure } from "./messages.ts";
import type { SyncPlaces } from "./places.ts";
import type { Asked } from "./server.ts";
import { type Circumstances, settingsOf } from "./settings.ts";

export interface Daemon {
  readonly places: SyncPlaces;
  readonly circumstances: Circumstances;
  readonly kept: ReadonlyMap<string, Kept>;
  reload(): Promise<void>;
  /** Resolves when another process may take over. */
  stop(): Promise<void>;
}

export async function answer({ request, signal, tell }: Asked, daemon: Daemon): Promise<void> {
  const { kept, reload, stop, places } = daemon;
  if (request.kind === "stop") {
    await stop();
    return tell({ kind: "done", environments: [] });
  }
  if (request.kind === "reload") await reload();
  const environment = "environment" in request ? request.environment : undefined;
  const chosen = [...kept].filter(([name]) => environment === undefined || name === environment);
  const isLive = ([, { keeper }]: [string, Kept]) => keeper?.end() === undefined;
  if (environment !== undefined && chosen.length === 0) return tell(failed("SYNC_NOT_RUNNING", { environment }));
  const keepers = chosen.flatMap(([, { keeper }]) => keeper ?? []);
  switch (request.kind) {
    case "flush":
      await Promise.all(
        chosen.map(([name, { keeper }]) => keeper?.flush(signal, (progress) => tell(printed(name, progress)))),
      );
      return tell(flushed(keepers, places));
    case "unsaved":
      return tell((await keepers[0]?.unsaved(signal)) ?? notReached(keepers, places));
    case "pause":
      await Promise.all(keepers.map((keeper) => keeper.pause()));
      break;
    case "resume":
      await Promise.all(keepers.map((keeper) => keeper.resume(request.answer)));
      break;
    default:
  }
  tell({ kind: "done", environments: chosen.filter(isLive).map(statusOf), circumstances: daemon.circumstances });
}

function statusOf([name, { keeper, environment }]: [string, Kept]): EnvironmentSync {
  const status: EnvironmentSync = keeper?.status() ?? { ...noStatus, environment: name, state: "mounted" };
  return { ...status, settings: settingsOf(environment) };
}

function printed(environment: string, progress: Extract<SyncAnswer, { kind: "progress" }>["progress"]): SyncAnswer {
  return { kind: "progress", environment, progress };
}

function flushed(keepers: readonly Keeper[], { log }: SyncPlaces): SyncAnswer {
  const [end] = keepers.flatMap((keeper) => keeper.end() ?? []);
  if (end !== undefined) return failed(end.code, end.details);
  const environments = keepers.map((keeper) => keeper.status());
  for (const { environment, state, reason, halt } of environments) {
    if (state === "halted") return failed("SYNC_HALTED", { environment, halt });
    if (state === "paused") return failed("SYNC_PAUSED", { environment });
    if (state === "connecting" || state === "lost") {
      return failed("SYNC_FAILED", { environment, reason: reason ?? "the container cannot be reached", log });
    }
  }
  return { kind: "done", environments };
}

function notReached([keeper]: readonly Keeper[], { log }: SyncPlaces): SyncAnswer {
  const { environment, reason = "the container cannot be reached" } = keeper?.status() ?? {};
  return failed("SYNC_FAILED", { environment, reason, log });
}

function failed(code: SyncFailure, details: object): SyncAnswer {
  return { kind: "failed", code, details };
}
