/** What of a project is in the engine and on this machine, and what of it is to go. */
import { stat } from "node:fs/promises";
import type { ContainerInfo } from "../engine/containers.ts";
import type { VolumeInfo } from "../engine/volumes.ts";
import { errnoOf } from "../host/reason.ts";
import { type Labels, labelOf, projectLabel, rootLabel, syncLabel } from "../plan/labels.ts";
import { isOfCi, ownerOf, readOwner, readSyncId } from "../plan/owned.ts";
import type { Plan } from "../plan/plan.ts";
import { planPrune } from "../plan/prune.ts";
import type { PrunedItem, PruneState } from "../plan/prune-input.ts";
import { membership } from "../plan/prune-members.ts";
import { agentRepository } from "../plan/sync-agent.ts";
import { ciRunState } from "./ci-runs.ts";
import { knownAs, projectIdentity } from "./identity.ts";
import type { KnownContext } from "./operation.ts";
import { readWorkspace } from "./workspace.ts";

export interface FindOptions {
  /** Seconds. */
  readonly olderThan: number | undefined;
  readonly snapshots: boolean;
  /** Of the config; undefined where it does not tell. */
  readonly plan: Plan | undefined;
}

export interface Found {
  readonly items: readonly PrunedItem[];
  readonly containers: readonly ContainerInfo[];
  readonly volumes: readonly VolumeInfo[];
  /** Folders of workspaces that do not exist any more. */
  readonly gone: ReadonlySet<string>;
}

export async function findItems(context: KnownContext, options: FindOptions): Promise<Found> {
  const { engine } = context;
  const { project, root } = context.spec;
  const { workspace } = await readWorkspace(root);
  const environments = options.plan?.environments;
  const { known } = await projectIdentity(context);
  const [all, labelled, images, states = [], ownAgents = []] = await Promise.all([
    engine.containers.list({}),
    engine.volumes.list({ [projectLabel]: "" }),
    engine.images.list({}),
    context.sync?.states(),
    context.sync?.images(),
  ]);
  const made = all.filter((one) => ownerOf(one) !== undefined || isOfCi(one));
  const valid = labelled.filter(isValidVolume);
  const isMine = membership({ project, known, workspace, containers: made, volumes: valid });
  const [containers, volumes] = [made.filter(isMine), valid.filter(isMine)];
  const gone = await goneFolders(context, [...containers, ...volumes]);
  const items = planPrune({
    ...{ project, known, workspace, environments, containers, volumes, images, gone, ownAgents },
    agents: images.filter(({ tags }) => tags.some((tag) => tag.startsWith(`${agentRepository}:`))),
    states: await ownStates(context, states, known),
    otherImages: new Set(all.filter((one) => !containers.includes(one)).map(({ image }) => image)),
    otherVolumes: valid.filter((one) => !isMine(one)),
    ciRuns: await ciRuns(context, containers),
    now: Math.floor(Date.now() / 1000),
    olderThan: options.olderThan,
    snapshots: options.snapshots,
  });
  return { items, containers, volumes, gone };
}

/** Whoever makes a volume chooses its labels; they are to be such as devenv writes. */
function isValidVolume({ labels }: { readonly labels: Labels }): boolean {
  const isSynced = labelOf(labels, syncLabel) !== undefined;
  return readOwner(labels) !== undefined && (!isSynced || readSyncId(labels) !== undefined);
}

/** Their folders may be gone, so that git cannot be asked. */
async function ownStates(
  { host }: KnownContext,
  states: readonly PruneState[],
  known: ReadonlySet<string>,
): Promise<readonly PruneState[]> {
  const isOwn = await Promise.all(
    states.map(async ({ identity }) => [...(await knownAs(host, identity))].some((id) => known.has(id))),
  );
  return states.filter((_state, index) => isOwn[index]);
}

/** Others, on other machines, may use an engine that is not this machine's. */
async function goneFolders(
  { engine }: KnownContext,
  objects: readonly { readonly labels: Labels }[],
): Promise<ReadonlySet<string>> {
  if (!engine.address.startsWith("unix:")) return new Set();
  const roots = [...new Set(objects.flatMap(({ labels }) => labels[rootLabel] ?? []))];
  const gone = await Promise.all(roots.map(async (root) => ((await isGone(root)) ? [root] : [])));
  return new Set(gone.flat());
}

async function isGone(root: string): Promise<boolean> {
  return stat(root).then(
    (stats) => !stats.isDirectory(),
    (error: unknown) => ["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? ""),
  );
}

async function ciRuns(context: KnownContext, containers: readonly ContainerInfo[]) {
  const ofCi = containers.filter((one) => ownerOf(one) === undefined);
  return new Map(
    await Promise.all(ofCi.map(async (container) => [container.id, await ciRunState(context, container)] as const)),
  );
}
