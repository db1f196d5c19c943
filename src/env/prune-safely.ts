/** Of what is to go, the volumes of workspaces with files that the host does not have stay, and what is known of them. */
import { basename } from "node:path";
import type { VolumeInfo } from "../engine/volumes.ts";
import { labelOf, volumeLabel } from "../plan/labels.ts";
import { readOwner, readSyncId } from "../plan/owned.ts";
import type { PrunedItem } from "../plan/prune-input.ts";
import { workspaceVolume } from "../plan/volumes.ts";
import type { KnownContext } from "./operation.ts";
import type { HeldVolume, Unsaved } from "./workspace-sync.ts";

interface Found {
  readonly items: readonly PrunedItem[];
  readonly volumes: readonly VolumeInfo[];
  /** Folders of workspaces that do not exist any more. */
  readonly gone: ReadonlySet<string>;
}

/** What stays is told. */
export async function withoutLoss(context: KnownContext, found: Found): Promise<readonly PrunedItem[]> {
  const { items, volumes, gone } = found;
  const removed = new Set(items.flatMap(({ kind, reference }) => (kind === "volume" ? [reference] : [])));
  const staying = new Set<string>();
  for (const volume of volumes.filter(({ name }) => removed.has(name))) {
    const held = heldIn(volume, gone);
    const unsaved = held && (await context.sync?.unsaved(held));
    if (held === undefined || unsaved === undefined || isSafe(unsaved)) continue;
    context.report({ kind: "warning", text: `volume \`${volume.name}\` stays: ${whyOf(held, unsaved)}` });
    for (const reference of [volume.name, held.workspace.id, `${readSyncId(volume.labels) ?? volume.name}.journal`]) {
      staying.add(reference);
    }
  }
  const isStaying = ({ kind, reference }: PrunedItem) =>
    (kind === "volume" && staying.has(reference)) || (kind === "sync" && staying.has(basename(reference)));
  return items.filter((item) => !isStaying(item));
}

function heldIn(volume: VolumeInfo, gone: ReadonlySet<string>): HeldVolume | undefined {
  const owner = readOwner(volume.labels);
  if (labelOf(volume.labels, volumeLabel) !== workspaceVolume || owner?.root === undefined) return undefined;
  const { workspace: id, root, folder = "", environment } = owner;
  return { workspace: { id, root, folder }, environment, volume, isGone: gone.has(root), isLeft: false };
}

function isSafe({ count, reason }: Unsaved): boolean {
  return count === 0 && reason === undefined;
}

function whyOf({ workspace, environment }: HeldVolume, { paths, count, reason }: Unsaved): string {
  if (reason !== undefined) return `what of \`${environment}\` the host does not have cannot be told: ${reason}`;
  const names = paths.map((path) => `\`${path}\``).join(", ");
  const more = count > paths.length ? ` and ${count - paths.length} more` : "";
  const files = `${names}${more} of \`${environment}\` never reached \`${workspace.root}\``;
  return `${files}; \`devenv prune --force\` removes it all the same`;
}
