/** A workspace that was in a volume, and is mounted from now on: what the volume holds must be on the host by then. */
import type { ContainerInfo } from "../../engine/containers.ts";
import type { EnvironmentPlan, Plan } from "../../plan/plan.ts";
import { workspaceVolume } from "../../plan/volumes.ts";
import type { OperationContext } from "../operation.ts";
import { refuseLoss, refuseLossAtRest } from "../unsaved.ts";
import { findVolume, type ProjectVolumes } from "./volumes.ts";

interface Leaving {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  readonly replaced: ContainerInfo | undefined;
  /** Also with files that the host does not have. */
  readonly force?: boolean | undefined;
}

const loss = { action: "`devenv up` would leave behind, in a volume,", force: "devenv up --force" };

/** Refuses before anything is changed; what it gives does so once more, for what was written meanwhile. The volume stays. */
export async function leaveVolume(
  context: OperationContext,
  { plan, environment, replaced, force }: Leaving,
  known: ProjectVolumes,
): Promise<() => Promise<void>> {
  const { name: environmentName, container } = environment;
  const { workspace } = plan;
  const volume = findVolume(known, { environment: environmentName, what: workspaceVolume });
  if (volume === undefined || container.workspace.mode !== "bind") return async () => undefined;
  if (force === true) return async () => context.sync?.stop(workspace, [environmentName]);
  const left = { workspace, environment: environmentName, volume, isGone: false, isLeft: true };
  const looked = {
    held: [{ ...left, isLeft: replaced === undefined }],
    containers: replaced === undefined ? [] : [replaced],
  };
  await refuseLossAtRest(context, looked, loss);
  if (replaced?.state === "running") await context.engine.containers.unpause(replaced.id);
  return () => (replaced === undefined ? Promise.resolve() : refuseLoss(context, [left], loss));
}
