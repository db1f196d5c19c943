import type { ContainerInfo } from "../engine/containers.ts";
import { isDevenvError } from "../errors.ts";
import { environmentLabel, rootLabel, workspaceLabel } from "../plan/labels.ts";
import type { PrunedItem, PrunedKind } from "../plan/prune-input.ts";
import { underLock } from "./lock.ts";
import type { KnownContext } from "./operation.ts";
import { type FindOptions, type Found, findItems } from "./prune-find.ts";
import { withoutLoss } from "./prune-safely.ts";

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

export interface PruneOptions extends FindOptions {
  readonly dryRun: boolean;
  /** Also volumes of workspaces with files that the host does not have. */
  readonly force?: boolean | undefined;
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
