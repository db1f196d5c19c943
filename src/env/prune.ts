import { stat } from "node:fs/promises";
import type { ContainerInfo } from "../engine/containers.ts";
import type { VolumeInfo } from "../engine/volumes.ts";
import { isDevenvError } from "../errors.ts";
import { errnoOf } from "../host/reason.ts";
import { claimPrefix } from "../plan/base-image.ts";
import {
  environmentLabel,
  type Labels,
  labelOf,
  projectLabel,
  rootLabel,
  syncLabel,
  workspaceLabel,
} from "../plan/labels.ts";
import { isOfCi, ownerOf, readOwner, readSyncId } from "../plan/owned.ts";
import type { Plan } from "../plan/plan.ts";
import { planPrune } from "../plan/prune.ts";
import type { PrunedItem, PrunedKind } from "../plan/prune-input.ts";
import { agentRepository } from "../plan/sync-agent.ts";
import { ciRunState } from "./ci-runs.ts";
import { underLock } from "./lock.ts";
import type { KnownContext } from "./operation.ts";
import { withoutLoss } from "./prune-safely.ts";
import { readWorkspace } from "./workspace.ts";

/** What `prune --json` prints. */
export interface PruneResult {
  readonly project: string;
  readonly dryRun: boolean;
  /** In the order of their removal. */
  readonly items: readonly {
    readonly kind: PrunedKind;
    readonly name: string;
    /** Bytes; null where the engine does not tell. */
    readonly size: number | null;
    /** ISO 8601; null where the engine does not tell. */
    readonly created: string | null;
    readonly reason: string;
  }[];
  /** Bytes, as the engine counts them: layers that images share count for each. */
  readonly size: number;
}

export interface PruneOptions {
  readonly dryRun: boolean;
  /** Seconds. */
  readonly olderThan: number | undefined;
  readonly snapshots: boolean;
  /** Also volumes of workspaces with files that the host does not have. */
  readonly force?: boolean | undefined;
  /** Of the config; undefined where it does not tell. */
  readonly plan: Plan | undefined;
}

/** Remove what nothing of the project needs any more, or only tell it. */
export function prune(context: KnownContext, options: PruneOptions): Promise<PruneResult> {
  return underLock(context, async () => {
    const found = await findItems(context, options);
    const isSure = options.dryRun || options.force === true;
    const safe = isSure ? found.items : await withoutLoss(context, found);
    const items = await withVolumeSizes(context, safe);
    if (!options.dryRun) await endSyncs(context, found);
    const pruned = options.dryRun ? items : await removeAll(context, items);
    return {
      project: context.spec.project,
      dryRun: options.dryRun,
      items: pruned.map(({ kind, name, size, created, reason }) => ({
        kind,
        name,
        size: size ?? null,
        created: created === 0 ? null : new Date(created * 1000).toISOString(),
        reason,
      })),
      size: pruned.reduce((sum, { size = 0 }) => sum + size, 0),
    };
  });
}

interface Found {
  readonly items: readonly PrunedItem[];
  readonly containers: readonly ContainerInfo[];
  readonly volumes: readonly VolumeInfo[];
  /** Folders of workspaces that do not exist any more. */
  readonly gone: ReadonlySet<string>;
}

async function findItems(context: KnownContext, options: PruneOptions): Promise<Found> {
  const { engine } = context;
  const { project, root } = context.spec;
  const { workspace } = await readWorkspace(root);
  const environments = options.plan?.environments;
  const [all, labelled, images, every, states = [], ownAgents = []] = await Promise.all([
    engine.containers.list({}),
    engine.volumes.list({ [projectLabel]: project }),
    engine.images.list({ [projectLabel]: project }),
    // one of a registry has no label of devenv
    engine.images.list({}),
    context.sync?.states(),
    context.sync?.images(),
  ]);
  const isOwn = (one: ContainerInfo) => ownerOf(one)?.project === project || isOfCi(one, project);
  const { own: containers = [], other = [] } = Object.groupBy(all, (one) => (isOwn(one) ? "own" : "other"));
  const volumes = labelled.filter(isOwnVolume);
  const gone = await goneFolders(context, [...containers, ...volumes]);
  const items = planPrune({
    ...{ project, workspace, environments, containers, volumes, images },
    bases: every.filter(({ tags }) => tags.some((tag) => tag.startsWith(claimPrefix(project)))),
    agents: every.filter(({ tags }) => tags.some((tag) => tag.startsWith(`${agentRepository}:`))),
    ...{ ownAgents, states },
    otherImages: new Set(other.map(({ image }) => image)),
    gone,
    ciRuns: await ciRuns(context, containers),
    now: Math.floor(Date.now() / 1000),
    olderThan: options.olderThan,
    snapshots: options.snapshots,
  });
  return { items, containers, volumes, gone };
}

/** Whoever makes a volume chooses its labels; they are to be such as devenv writes. */
function isOwnVolume({ labels }: { readonly labels: Labels }): boolean {
  const isSynced = labelOf(labels, syncLabel) !== undefined;
  return readOwner(labels) !== undefined && (!isSynced || readSyncId(labels) !== undefined);
}

/** Of environments of which no container stays: a process that goes on would make its helper anew. */
async function endSyncs({ sync }: KnownContext, { items, containers }: Found): Promise<void> {
  const removed = new Set(items.map(({ reference }) => reference));
  const placeOf = ({ labels }: ContainerInfo) => `${labels[workspaceLabel]} ${labels[environmentLabel]}`;
  const staying = new Set(containers.filter(({ id }) => !removed.has(id)).map(placeOf));
  const ended = containers.filter((one) => removed.has(one.id) && !staying.has(placeOf(one)));
  for (const { labels } of ended) {
    const { [workspaceLabel]: id, [rootLabel]: root, [environmentLabel]: environment } = labels;
    if (id !== undefined && root !== undefined && environment !== undefined)
      await sync?.stop({ id, root }, [environment]);
  }
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

/** Measured only when there is something to measure: engines take their time for it. */
async function withVolumeSizes({ engine }: KnownContext, items: readonly PrunedItem[]): Promise<readonly PrunedItem[]> {
  if (!items.some(({ kind }) => kind === "volume")) return items;
  const sizes = await engine.volumes.sizes();
  return items.map((item) => (item.kind === "volume" ? { ...item, size: sizes.get(item.reference) } : item));
}

/** What somebody began to use meanwhile stays. */
async function removeAll(context: KnownContext, items: readonly PrunedItem[]): Promise<readonly PrunedItem[]> {
  const removed: PrunedItem[] = [];
  for (const item of items) {
    context.signal?.throwIfAborted();
    try {
      if (await remove(context, item)) removed.push(item);
      else stays(context, item);
    } catch (error) {
      if (!isDevenvError(error, "VOLUME_IN_USE") && !isDevenvError(error, "IMAGE_IN_USE")) throw error;
      stays(context, item);
    }
  }
  return removed;
}

function stays({ report }: KnownContext, { kind, name }: PrunedItem): void {
  report({ kind: "warning", text: `${kind} \`${name}\` stays: it is in use` });
}

/** False when it is in use; the engine says so by an error. */
async function remove({ engine, sync }: KnownContext, { kind, reference }: PrunedItem): Promise<boolean> {
  if (kind === "sync") return (await sync?.removeState(reference)) ?? false;
  if (kind === "container") await engine.containers.remove(reference);
  else if (kind === "volume") await engine.volumes.remove(reference);
  else await engine.images.remove(reference);
  return true;
}
