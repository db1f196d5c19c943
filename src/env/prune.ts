import { stat } from "node:fs/promises";
import type { ContainerInfo } from "../engine/containers.ts";
import { isDevenvError } from "../errors.ts";
import { errnoOf } from "../host/reason.ts";
import { claimPrefix } from "../plan/base-image.ts";
import { ciLabel, type Labels, projectLabel, rootLabel } from "../plan/labels.ts";
import { planPrune } from "../plan/prune.ts";
import type { PrunedItem } from "../plan/prune-input.ts";
import { ciRunState } from "./ci-runs.ts";
import { underLock } from "./lock.ts";
import type { OperationContext, PruneResult } from "./operation.ts";
import { planProject } from "./plan-project.ts";

export interface PruneOptions {
  readonly dryRun: boolean;
  /** Seconds. */
  readonly olderThan: number | undefined;
  readonly snapshots: boolean;
}

/** Remove what nothing of the project needs any more, or only tell it. */
export function prune(context: OperationContext, options: PruneOptions): Promise<PruneResult> {
  return underLock(context, async () => {
    const items = await withVolumeSizes(context, await findItems(context, options));
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

async function findItems(context: OperationContext, options: PruneOptions): Promise<readonly PrunedItem[]> {
  const { engine } = context;
  const { project, workspace, environments } = await planProject(context);
  const [all, volumes, images, every] = await Promise.all([
    engine.containers.list({}),
    engine.volumes.list({ [projectLabel]: project }),
    engine.images.list({ [projectLabel]: project }),
    // one of a registry has no label of devenv
    engine.images.list({}),
  ]);
  const { own: containers = [], other = [] } = Object.groupBy(all, ({ labels }) =>
    labels[projectLabel] === project ? "own" : "other",
  );
  return planPrune({
    ...{ project, workspace, environments, containers, volumes, images },
    bases: every.filter(({ tags }) => tags.some((tag) => tag.startsWith(claimPrefix(project)))),
    otherImages: new Set(other.map(({ image }) => image)),
    gone: await goneFolders(context, [...containers, ...volumes]),
    ciRuns: await ciRuns(context, containers),
    now: Math.floor(Date.now() / 1000),
    olderThan: options.olderThan,
    snapshots: options.snapshots,
  });
}

/** Others, on other machines, may use an engine that is not this machine's. */
async function goneFolders(
  { engine }: OperationContext,
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

async function ciRuns(context: OperationContext, containers: readonly ContainerInfo[]) {
  const ofCi = containers.filter(({ labels }) => labels[ciLabel] !== undefined);
  return new Map(
    await Promise.all(ofCi.map(async (container) => [container.id, await ciRunState(context, container)] as const)),
  );
}

/** Measured only when there is something to measure: engines take their time for it. */
async function withVolumeSizes(
  { engine }: OperationContext,
  items: readonly PrunedItem[],
): Promise<readonly PrunedItem[]> {
  if (!items.some(({ kind }) => kind === "volume")) return items;
  const sizes = await engine.volumes.sizes();
  return items.map((item) => (item.kind === "volume" ? { ...item, size: sizes.get(item.reference) } : item));
}

/** What somebody began to use meanwhile stays. */
async function removeAll(context: OperationContext, items: readonly PrunedItem[]): Promise<readonly PrunedItem[]> {
  const removed: PrunedItem[] = [];
  for (const item of items) {
    context.signal?.throwIfAborted();
    try {
      await remove(context, item);
      removed.push(item);
    } catch (error) {
      if (!isDevenvError(error, "VOLUME_IN_USE") && !isDevenvError(error, "IMAGE_IN_USE")) throw error;
      context.report({ kind: "warning", text: `${item.kind} \`${item.name}\` stays: it is in use` });
    }
  }
  return removed;
}

function remove({ engine }: OperationContext, { kind, reference }: PrunedItem): Promise<void> {
  if (kind === "container") return engine.containers.remove(reference);
  return kind === "volume" ? engine.volumes.remove(reference) : engine.images.remove(reference);
}
