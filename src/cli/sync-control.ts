/** What operations and commands ask of the sync, with this program as the process that does it. */
import { readFileSync } from "node:fs";
import { sha256 } from "../digest.ts";
import type { Engine } from "../engine/engine.ts";
import type { HeldVolume, SyncStanding, Unsaved, WorkspaceSync } from "../env/workspace-sync.ts";
import { readOwner, readSyncId } from "../plan/owned.ts";
import type { StartPlan, Workspace } from "../plan/plan.ts";
import type { SyncControl } from "../sync/process/control.ts";
import { nodeOptions } from "../sync/process/node-options.ts";
import type { Circumstances } from "../sync/process/settings.ts";
import type { CliContext, Program } from "./command.ts";
import { wantedIn } from "./sync-wanted.ts";

/** Loads the sync's code. */
export async function openSyncControl(
  { host, program, options }: CliContext,
  { root, id }: Pick<Workspace, "root" | "id">,
  engine?: Engine,
): Promise<SyncControl> {
  const { openControl } = await import("../sync/process/control.ts");
  const circumstances = engine && syncCircumstances(program, engine);
  const config = options.config === undefined ? [] : ["--config", options.config];
  return openControl({
    host,
    workspace: id,
    circumstances,
    command: [program.nodePath, ...nodeOptions, program.path, "sync", "serve", "--cwd", root, ...config],
  });
}

/** The program names the files of its version. */
export function syncCircumstances({ path }: Program, engine: Engine): Circumstances {
  return { program: sha256(readFileSync(path)).slice(0, 12), engine: engine.address };
}

/** Loads nothing until a workspace is to be kept in step. */
export function workspaceSync(context: CliContext, engine: Engine, project: string): WorkspaceSync {
  const control = (workspace: Pick<Workspace, "id" | "root">) => openSyncControl(context, workspace, engine);
  return {
    images: async () => (await import("../sync/container/agent-image.ts")).agentTags(),
    async states() {
      const { readStates } = await import("../sync/process/states.ts");
      return readStates({ host: context.host, project, engine: engine.address });
    },
    removeState: async (path) => (await import("../sync/process/states.ts")).removeState(context.host, path),
    standings: (workspace, environments) => standings(context, { workspace, environments, engine }),
    async changesOf(workspace, environment) {
      const { settingsOf } = await import("../sync/process/settings.ts");
      return (await control(workspace)).changesOf(environment.name, settingsOf(wantedIn(environment)));
    },
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
  const [{ unsavedOf }, { adoptVolume }, { knownEnvironment, readRecord }] = await Promise.all([
    import("../sync/process/unsaved.ts"),
    import("../sync/process/adopt.ts"),
    import("../sync/process/record.ts"),
  ]);
  const { workspace, environment, volume, isGone, isLeft } = held;
  const { root, id, folder } = workspace;
  const control = await openSyncControl(context, workspace);
  const volumeId = readSyncId(volume.labels) ?? volume.name;
  const record = { project, root, workspace: id, folder };
  const before = readOwner(volume.labels)?.workspace ?? id;
  await adoptVolume({ host: context.host, places: control.places, record, name: environment, volumeId, before });
  const known = knownEnvironment(await readRecord(control.places.record), volumeId);
  if (isLeft && known !== undefined && "isFinished" in known && known.isFinished === true) return nothing;
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
      const [{ removeHelper }, { ownMark }] = await Promise.all([
        import("../sync/process/open-container.ts"),
        import("../host/process-mark.ts"),
      ]);
      const owner = { host: context.host, mark: await ownMark(context.host), folder: control.places.folder };
      await removeHelper(engine, { record, name: environment, sync: known.sync, owner });
    }
  }
  return found;
}

const nothing: Unsaved = { paths: [], count: 0, state: "idle", isOneWay: false };

/** A process that is busy answers within this. */
const answerMs = 2_000;

interface StandingsRequest {
  readonly workspace: Workspace;
  /** Those that are to be kept in step. */
  readonly environments: readonly StartPlan[];
  readonly engine: Engine;
}

async function standings(context: CliContext, { workspace: { id }, environments, engine }: StandingsRequest) {
  const { host, interrupts, program } = context;
  const [{ ask }, { syncPlaces }, { readRecord }, { standingOf }, { changesIn }, { settingsOf }] = await Promise.all([
    import("../sync/process/client.ts"),
    import("../sync/process/places.ts"),
    import("../sync/process/record.ts"),
    import("./sync-standing.ts"),
    import("../sync/process/changes.ts"),
    import("../sync/process/settings.ts"),
  ]);
  const { address, record } = syncPlaces(host, id);
  const late = AbortSignal.timeout(answerMs);
  const signal = AbortSignal.any([late, interrupts.signal]);
  const answer = await ask(address, { kind: "status" }, { signal, isAbortFine: true });
  if (answer?.kind === "done") {
    const now = syncCircumstances(program, engine);
    const wanted = new Map(environments.map((one) => [one.name, settingsOf(wantedIn(one))]));
    const changes = (name: string) => changesIn(answer, name, { now, wanted: wanted.get(name) }) ?? [];
    return new Map(answer.environments.map((one) => [one.environment, standingOf(one, changes(one.environment))]));
  }
  if (!late.aborted) return new Map();
  const names = Object.keys((await readRecord(record))?.environments ?? {});
  return new Map(names.map((name) => [name, silent]));
}

const silent: SyncStanding = {
  ...{ state: "silent", changes: [], files: 0, filesLeft: 0, conflicts: 0, copies: 0, problems: 0, slow: [] },
};
