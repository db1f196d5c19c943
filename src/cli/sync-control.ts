/** What operations and commands ask of the sync, with this program as the process that does it. */
import type { Engine } from "../engine/engine.ts";
import type { HeldVolume, SyncStanding, Unsaved, WorkspaceSync } from "../env/workspace-sync.ts";
import { readSyncId } from "../plan/owned.ts";
import type { Workspace } from "../plan/plan.ts";
import type { SyncControl } from "../sync/process/control.ts";
import { nodeOptions } from "../sync/process/node-options.ts";
import type { CliContext } from "./command.ts";

/** Loads the sync's code. */
export async function openSyncControl(
  { host, program, options }: CliContext,
  { root, id }: Pick<Workspace, "root" | "id">,
): Promise<SyncControl> {
  const { openControl } = await import("../sync/process/control.ts");
  const config = options.config === undefined ? [] : ["--config", options.config];
  return openControl({
    host,
    workspace: id,
    command: [program.nodePath, ...nodeOptions, program.path, "sync", "serve", "--cwd", root, ...config],
  });
}

/** Loads nothing until a workspace is to be kept in step. */
export function workspaceSync(context: CliContext, engine: Engine, project: string): WorkspaceSync {
  const control = (workspace: Pick<Workspace, "id" | "root">) => openSyncControl(context, workspace);
  return {
    images: async () => (await import("../sync/container/agent-image.ts")).agentTags(),
    async states() {
      const { readStates } = await import("../sync/process/states.ts");
      return readStates({ host: context.host, project, engine: engine.address });
    },
    removeState: async (path) => (await import("../sync/process/states.ts")).removeState(context.host, path),
    standings: (workspace) => standings(context, workspace),
    isKept: async (workspace, environment) => (await control(workspace)).isKept(environment),
    async start(target) {
      const { startSync } = await import("./start-sync.ts");
      await startSync({ context, engine, project, target, control: await control(target.workspace) });
    },
    unsaved: (held) => unsaved(context, { engine, project, held }),
    async stop(workspace, environments) {
      const [{ syncPlaces }, { existsSync }] = await Promise.all([
        import("../sync/process/places.ts"),
        import("node:fs"),
      ]);
      if (existsSync(syncPlaces(context.host, workspace.id).record))
        await (await control(workspace)).stop(environments);
    },
  };
}

interface Asked {
  readonly engine: Engine;
  readonly project: string;
  readonly held: HeldVolume;
}

async function unsaved(context: CliContext, { engine, project, held }: Asked): Promise<Unsaved> {
  const [{ unsavedOf }, { knownEnvironment, readRecord }] = await Promise.all([
    import("../sync/process/unsaved.ts"),
    import("../sync/process/record.ts"),
  ]);
  const { workspace, environment, volume, isGone, isLeft } = held;
  const { root, id, folder } = workspace;
  const control = await openSyncControl(context, workspace);
  const volumeId = readSyncId(volume.labels) ?? volume.name;
  const known = knownEnvironment(await readRecord(control.places.record), volumeId);
  if (isLeft && known !== undefined && "isFinished" in known && known.isFinished === true) return nothing;
  const record = { project, root, workspace: id, folder };
  const found = await unsavedOf({
    ...{ host: context.host, engine, places: control.places, record },
    name: environment,
    volume: { name: volume.name, id: volumeId },
    platform: known?.sync?.platform ?? (await engine.info()).platform,
    isLookOnly: isGone,
  });
  if (isLeft && found.count === 0 && found.reason === undefined) {
    await control.stop([environment]);
    await control.finish(environment);
    if (known?.sync !== undefined) {
      const { removeHelper } = await import("../sync/process/open-container.ts");
      await removeHelper(engine, { record, name: environment, sync: known.sync });
    }
  }
  return found;
}

const nothing: Unsaved = { paths: [], count: 0, state: "idle", isOneWay: false };

/** A process that is busy answers within this. */
const answerMs = 2_000;

async function standings({ host, interrupts }: CliContext, { id }: Workspace) {
  const [{ ask }, { syncPlaces }, { readRecord }, { standingOf }] = await Promise.all([
    import("../sync/process/client.ts"),
    import("../sync/process/places.ts"),
    import("../sync/process/record.ts"),
    import("./sync-standing.ts"),
  ]);
  const { address, record } = syncPlaces(host, id);
  const late = AbortSignal.timeout(answerMs);
  const signal = AbortSignal.any([late, interrupts.signal]);
  const answer = await ask(address, { kind: "status" }, { signal, isAbortFine: true });
  if (answer?.kind === "done") return new Map(answer.environments.map((one) => [one.environment, standingOf(one)]));
  if (!late.aborted) return new Map();
  const names = Object.keys((await readRecord(record))?.environments ?? {});
  return new Map(names.map((name) => [name, silent]));
}

const silent: SyncStanding = {
  ...{ state: "silent", files: 0, filesLeft: 0, conflicts: 0, copies: 0, problems: 0, slow: [] },
};
