/** Bringing a workspace into its volume, or keeping it in step. */
import type { Engine } from "../engine/engine.ts";
import type { SyncTarget } from "../env/workspace-sync.ts";
import { readOwner, readSyncId } from "../plan/owned.ts";
import type { SyncControl } from "../sync/process/control.ts";
import type { KeptEnvironment, RecordHead, SyncedEnvironment } from "../sync/process/record.ts";
import type { Unwatched } from "../sync/status.ts";
import type { CliContext } from "./command.ts";
import { leftWarnings } from "./left-files.ts";

export interface Starting {
  readonly context: CliContext;
  readonly engine: Engine;
  readonly project: string;
  readonly target: SyncTarget;
  readonly control: SyncControl;
}

/** Resolves once the workspace is in its volume, or kept in step with it; what could not be brought over is told in warnings. */
export async function startSync(starting: Starting): Promise<void> {
  const { target } = starting;
  const { mode } = target.environment.container.workspace;
  const kept = keptEnvironment(target);
  if (kept.sync !== undefined) await adopt(starting, kept.sync);
  if (mode === "copy" && kept.sync !== undefined) await copy(starting, kept, kept.sync);
  const environment = mode === "sync" ? kept : { ...kept, sync: undefined };
  if (mode === "sync" || kept.watch.length > 0) await keep(starting, environment);
}

async function adopt(starting: Starting, { volumeId }: SyncedEnvironment): Promise<void> {
  const { context, target, control } = starting;
  const { environment, workspace, synced } = target;
  const before = readOwner(synced?.volume.labels ?? {})?.workspace ?? workspace.id;
  if (before === workspace.id) return;
  const { adoptVolume } = await import("../sync/process/adopt.ts");
  const { host } = context;
  const known = { host, places: control.places, record: recordOf(starting) };
  await adoptVolume({ ...known, name: environment.name, volumeId, before });
}

async function copy(starting: Starting, kept: KeptEnvironment, sync: SyncedEnvironment): Promise<void> {
  const { context, engine, target, control } = starting;
  // it may have been kept in step until now
  await control.stop([target.environment.name]);
  const { copyOnce } = await import("../sync/process/copy-once.ts");
  const problems = await copyOnce({
    ...{ engine, host: context.host, places: control.places, signal: context.interrupts.signal },
    ...{ record: recordOf(starting), name: target.environment.name, environment: kept, sync },
    onProgress: target.onProgress,
  });
  for (const text of leftWarnings(problems)) target.onWarning(text);
}

async function keep(starting: Starting, environment: KeptEnvironment): Promise<void> {
  const { context, target, control } = starting;
  const sync = await control.start({
    ...{ workspace: recordOf(starting), name: target.environment.name, environment },
    signal: context.interrupts.signal,
    onProgress: ({ progress }) => target.onProgress(progress),
  });
  for (const unwatched of sync?.unwatched ?? []) target.onWarning(printUnwatched(unwatched));
  for (const text of leftWarnings(sync?.problems ?? [])) target.onWarning(text);
}

function recordOf({ project, target }: Starting): RecordHead {
  const { root, id, folder } = target.workspace;
  return { project, root, workspace: id, folder };
}

function printUnwatched({ reason, hint }: Unwatched): string {
  const mend = hint === undefined ? "" : `; raise it: \`${hint}\``;
  return `the workspace is looked through every few seconds, which is slow: ${reason}${mend}`;
}

function keptEnvironment({ environment, synced }: SyncTarget): KeptEnvironment {
  const { container, image } = environment;
  const { direction, ignore, exclude, conflicts, mode, watch, config, protectConfig } = container.workspace;
  const kept = { exclude, ignore, watch, config, protectConfig };
  if (synced === undefined) return { ...kept, sync: undefined };
  const { volume, owner } = synced;
  const sync = {
    container: container.name,
    volume: volume.name,
    volumeId: readSyncId(volume.labels) ?? volume.name,
    platform: image.platform,
    owner,
    direction: mode === "copy" ? ("to-container" as const) : direction,
    conflicts,
  };
  return { ...kept, sync };
}
