/** The workspace of a container that has it in a volume. */
import { devenvError } from "../../errors.ts";
import { largeFolders } from "../../host/large-folders.ts";
import { workspaceLabel } from "../../plan/labels.ts";
import type { ContainerPlan, StartPlan, Workspace } from "../../plan/plan.ts";
import { workspaceVolume } from "../../plan/volumes.ts";
import type { KnownContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { readWorkspace } from "../workspace.ts";
import type { SyncTarget } from "../workspace-sync.ts";
import { userIds } from "./user.ts";
import { findVolume, listVolumes } from "./volumes.ts";

interface SyncedContainer {
  readonly environment: StartPlan;
  /** Of its container, which runs or ran. */
  readonly id: string;
}

/** Bring the workspace into the volume, and keep it in step where the config says so. One that is mounted is watched only. */
export async function syncWorkspace(
  context: KnownContext,
  synced: SyncedContainer,
  changes: readonly string[] = [],
): Promise<void> {
  const { name, container } = synced.environment;
  if (!isKept(container)) return endSync(context, name);
  const step = { environment: name, step: "sync", text: "bringing the workspace inside" } as const;
  if (container.workspace.mode !== "bind") await warnOfLargeFolders(context, synced.environment);
  await runStep(context, step, async () => {
    await startSync(context, synced);
    const why = changes.length === 0 ? "" : ` (${changes.join(", ")})`;
    return { text: `${texts[container.workspace.mode]}${why}`, value: undefined };
  });
}

/** As long as a process does so already, with what the config says now, nothing is to be done. */
export async function keepInStep(context: KnownContext, synced: SyncedContainer): Promise<void> {
  const { name, container } = synced.environment;
  if (!isKeptInStep(container)) return endSync(context, name);
  const { workspace } = await readWorkspace(context.spec.root);
  const changes = await context.sync?.changesOf(workspace, synced.environment);
  if (changes?.length !== 0) await syncWorkspace(context, synced, changes);
}

/** What was kept in step, or watched, and is to be no longer. */
async function endSync({ spec, sync }: KnownContext, environment: string): Promise<void> {
  const { workspace } = await readWorkspace(spec.root);
  await sync?.stop(workspace, [environment]);
}

/** More entries than that in one folder are hardly anybody's own sources. */
const manyEntries = 10_000;

async function warnOfLargeFolders({ spec, report }: KnownContext, { name, container }: StartPlan) {
  const { exclude, ignore } = container.workspace;
  const isLeftOut = (folder: string) => [...exclude, ...ignore].some((one) => one.replace(/^\/|\/$/g, "") === folder);
  for (const folder of await largeFolders(spec.root, manyEntries)) {
    if (isLeftOut(folder) || folder === ".git") continue;
    const volumes = JSON.stringify([...exclude, folder]);
    const text = `\`${folder}\` holds more than ${manyEntries} files: if they are made inside, write \`volumes: ${volumes}\` in \`workspace\``;
    report({ kind: "warning", environment: name, text });
  }
}

const texts = { bind: "files are watched", sync: "workspace in step", copy: "workspace copied" } as const;

/** Whether a process is to see to it for as long as it is up. */
export function isKeptInStep(container: Pick<ContainerPlan, "workspace">): boolean {
  const { mode, watch } = container.workspace;
  return mode === "sync" || watch.length > 0;
}

function isKept({ workspace }: Pick<ContainerPlan, "workspace">): boolean {
  return workspace.mode !== "bind" || workspace.watch.length > 0;
}

async function startSync(context: KnownContext, synced: SyncedContainer): Promise<void> {
  const { spec, report } = context;
  const { environment } = synced;
  const { workspace } = await readWorkspace(spec.root);
  const isMounted = environment.container.workspace.mode === "bind";
  await context.sync?.start({
    workspace,
    environment,
    synced: isMounted ? undefined : await findSynced(context, synced, workspace),
    onProgress: (progress) => report({ kind: "sync", environment: environment.name, step: "sync", progress }),
    onWarning: (text) => report({ kind: "warning", environment: environment.name, text }),
  });
}

async function findSynced(
  { engine, spec }: KnownContext,
  { environment, id }: SyncedContainer,
  workspace: Workspace,
): Promise<NonNullable<SyncTarget["synced"]>> {
  const { name, image, container } = environment;
  const known = await listVolumes(engine, { project: spec.project, workspace });
  const volume = findVolume(known, { environment: name, what: workspaceVolume });
  const containers = await engine.containers.list({ [workspaceLabel]: workspace.id });
  const mounted = containers.find((one) => one.id === id)?.volumes;
  // one of another name, or none: what works inside would see other files than those that are synced
  const isMounted = volume !== undefined && (mounted === undefined || mounted.includes(volume.name));
  if (!isMounted) throw devenvError("SYNC_VOLUME_MISSING", { environment: name });
  const imageUser = (await engine.images.inspect(image.tag))?.user ?? "";
  return { volume, owner: await userIds(engine, id, { plan: container.user, imageUser }) };
}
