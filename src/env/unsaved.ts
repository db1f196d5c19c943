/** Before a workspace's volume goes: what it holds is brought to the host, or nothing goes. */

import type { ContainerInfo } from "../engine/containers.ts";
import type { VolumeInfo } from "../engine/volumes.ts";
import { devenvError, isDevenvError } from "../errors.ts";
import { labelOf, volumeLabel } from "../plan/labels.ts";
import { readOwner } from "../plan/owned.ts";
import type { Workspace } from "../plan/plan.ts";
import { workspaceVolume } from "../plan/volumes.ts";
import type { KnownContext } from "./operation.ts";
import type { HeldVolume, Unsaved } from "./workspace-sync.ts";

export interface Loss {
  /** What would happen to the files: `\`devenv down --volumes\` would delete`. */
  readonly action: string;
  /** The command that does it all the same. */
  readonly force: string;
}

/** Throws SYNC_UNSAVED, SYNC_UNKNOWN for the first volume that holds what the host does not have. */
export async function refuseLoss(
  { sync }: Pick<KnownContext, "sync">,
  held: readonly HeldVolume[],
  loss: Loss,
): Promise<void> {
  for (const one of held) {
    const unsaved = await sync?.unsaved(one);
    if (unsaved !== undefined) refuse(one.environment, unsaved, loss);
  }
}

/**
 * The same while nothing works in the running ones of these containers, so that what they write comes to an end. They stay
 * paused, unless this throws; they are not where the volume can be looked into by way of them alone.
 */
export async function refuseLossAtRest(
  context: Pick<KnownContext, "sync" | "engine">,
  { held, containers }: { readonly held: readonly HeldVolume[]; readonly containers: readonly ContainerInfo[] },
  loss: Loss,
): Promise<void> {
  const { pause, unpause } = context.engine.containers;
  const running = containers.filter(({ state }) => state === "running");
  const tried = await Promise.all(running.map(async ({ id }) => ((await pause(id)) ? [id] : [])));
  try {
    await refuseLoss(context, held, loss);
  } catch (error) {
    await Promise.all(tried.flat().map((id) => unpause(id)));
    if (!isDevenvError(error, "SYNC_UNKNOWN") || tried.flat().length === 0) throw error;
    await refuseLoss(context, held, loss);
  }
}

function refuse(environment: string, { reason, ...unsaved }: Unsaved, loss: Loss): void {
  if (reason !== undefined) throw devenvError("SYNC_UNKNOWN", { environment, reason, ...loss });
  if (unsaved.count > 0) throw devenvError("SYNC_UNSAVED", { environment, ...unsaved, ...loss });
}

/** Those of the volumes that hold workspaces, each as one of the workspace that is here. */
export function workspacesIn(volumes: readonly VolumeInfo[], workspace: Workspace): readonly HeldVolume[] {
  const held = volumes.filter(({ labels }) => labelOf(labels, volumeLabel) === workspaceVolume);
  return held.map((volume) => {
    const environment = readOwner(volume.labels)?.environment ?? volume.name;
    return { workspace, environment, volume, isGone: false, isLeft: false };
  });
}
