/** What of a project nothing needs any more: never what is in use, never another project's. */
import {
  ciLabel,
  environmentLabel,
  folderLabel,
  type Labels,
  labelOf,
  rootLabel,
  syncLabel,
  workspaceLabel,
} from "./labels.ts";
import { pruneBases } from "./prune-bases.ts";
import { pruneImages } from "./prune-images.ts";
import type { PruneContainer, PrunedItem, PruneInput } from "./prune-input.ts";
import { helperReason, pruneStates } from "./prune-sync.ts";
import { settle } from "./settle.ts";
import { pruneAgents } from "./sync-agent.ts";

/** In the order to remove them. */
export function planPrune(input: PruneInput): readonly PrunedItem[] {
  const isOld = ({ created }: { readonly created: number }) =>
    input.olderThan === undefined || (created > 0 && input.now - created >= input.olderThan);
  const containers = pruneContainers(input).filter(isOld);
  const removed = new Set(containers.map(({ reference }) => reference));
  const kept = input.containers.filter(({ id }) => !removed.has(id));
  const volumes = pruneVolumes(input, kept).filter(isOld);
  const images = [...pruneImages(input, kept), ...pruneBases(input), ...pruneAgents({ ...input, containers: kept })];
  return [
    ...containers,
    ...volumes,
    ...images.filter(isOld),
    ...pruneStates(input, volumesLeft(input, volumes)).filter(isOld),
  ];
}

/** Ids of the volumes that stay, as the sync knows them. */
function volumesLeft({ volumes, otherVolumes }: PruneInput, removed: readonly PrunedItem[]): ReadonlySet<string> {
  const names = new Set(removed.map(({ reference }) => reference));
  const left = [...volumes, ...otherVolumes].filter(({ name }) => !names.has(name));
  return new Set(left.map(({ name, labels }) => labelOf(labels, syncLabel) ?? name));
}

/** A run that cannot be seen from here is over after so long. */
const ciRunSeconds = 24 * 60 * 60;

function pruneContainers(input: PruneInput): readonly PrunedItem[] {
  const interrupted = interruptedContainers(input);
  return input.containers.flatMap((container) => {
    const { id, name, created } = container;
    const reason = containerReason(input, container) ?? interrupted.get(id) ?? helperReason(input, container);
    return reason === undefined ? [] : [{ kind: "container", reference: id, name, size: undefined, created, reason }];
  });
}

function containerReason(input: PruneInput, { id, labels, created }: PruneContainer): string | undefined {
  if (labelOf(labels, ciLabel) === undefined) return ownerReason(input, labels);
  const run = input.ciRuns.get(id);
  const isOver = run === "ended" || (run === "unknown" && input.now - created > ciRunSeconds);
  return isOver ? "left by a `devenv ci` that was killed" : undefined;
}

/** Why what belongs to an environment of a workspace has no owner. */
function ownerReason({ workspace, environments, gone }: PruneInput, labels: Labels): string | undefined {
  const environment = labels[environmentLabel];
  const root = labels[rootLabel];
  if (environment === undefined || labels[workspaceLabel] === undefined) return undefined;
  if (labels[workspaceLabel] === workspace.id || labels[folderLabel] === workspace.folder) {
    const isKnown = environments === undefined || environments.some(({ name }) => name === environment);
    return isKnown ? undefined : `environment \`${environment}\` is no longer in the config`;
  }
  return root !== undefined && gone.has(root) ? `workspace \`${root}\` no longer exists` : undefined;
}

/** What of this workspace the next `up` would remove. */
function interruptedContainers({ containers, workspace }: PruneInput): ReadonlyMap<string, string> {
  const own = containers.filter(({ labels }) => labels[workspaceLabel] === workspace.id);
  const groups = Map.groupBy(own, ({ labels, name }) => labels[environmentLabel] ?? name);
  const leftovers = [...groups.values()].flatMap((group) => settle(group).leftovers);
  return new Map(leftovers.map(({ id }) => [id, "left by an interrupted command"]));
}

/** One whose environment has a container stays with it. */
function pruneVolumes(input: PruneInput, kept: readonly PruneContainer[]): readonly PrunedItem[] {
  return input.volumes.flatMap(({ name, labels, created }) => {
    const reason = ownerReason(input, labels);
    if (reason === undefined || kept.some((container) => isSameOwner(container.labels, labels))) return [];
    return [{ kind: "volume", reference: name, name, size: undefined, created, reason }];
  });
}

function isSameOwner(container: Labels, volume: Labels): boolean {
  return (
    container[environmentLabel] === volume[environmentLabel] &&
    (container[workspaceLabel] === volume[workspaceLabel] || container[folderLabel] === volume[folderLabel])
  );
}
