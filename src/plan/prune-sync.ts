/** What of the sync of workspaces nothing needs any more. */
import { environmentLabel, folderLabel, labelOf, syncLabel, workspaceLabel } from "./labels.ts";
import type { PruneContainer, PrunedItem, PruneInput } from "./prune-input.ts";

/** Why a container that helps to sync is of no use, though its environment is in the config. */
export function helperReason(
  { containers, workspace, states }: PruneInput,
  { labels }: PruneContainer,
): string | undefined {
  const volume = labelOf(labels, syncLabel);
  const isHere = labels[workspaceLabel] === workspace.id || labels[folderLabel] === workspace.folder;
  if (volume === undefined || !isHere) return undefined;
  if (states.some(({ isRunning, kept }) => isRunning && kept.includes(volume))) return undefined;
  const hasEnvironment = containers.some(
    (other) =>
      labelOf(other.labels, syncLabel) === undefined &&
      other.labels[workspaceLabel] === labels[workspaceLabel] &&
      other.labels[environmentLabel] === labels[environmentLabel],
  );
  return hasEnvironment ? undefined : "it helps to sync an environment that has no container";
}

/** What is known on this machine of workspaces that are gone, and of volumes that are not among the given. What a process needs by then stays. */
export function pruneStates({ states }: PruneInput, volumes: ReadonlySet<string>): readonly PrunedItem[] {
  return states.flatMap(({ folder, root, isGone, size, changed, journals }): readonly PrunedItem[] => {
    const item = { kind: "sync", created: changed } as const;
    if (isGone) {
      return [{ ...item, reference: folder, name: folder, size, reason: `workspace \`${root}\` no longer exists` }];
    }
    return journals
      .filter(({ volume, isHere }) => isHere && !volumes.has(volume))
      .map(({ file, size: bytes }) => {
        return { ...item, reference: file, name: file, size: bytes, reason: "its volume no longer exists" };
      });
  });
}
