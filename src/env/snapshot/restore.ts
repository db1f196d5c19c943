import { underLock } from "../lock.ts";
import type { OperationContext, UpResult } from "../operation.ts";
import { planProject, selectEnvironments } from "../plan-project.ts";
import { rememberUp } from "../record/remember-up.ts";
import { bringAllUp } from "../up.ts";
import { findSnapshot, type SnapshotChoice } from "./find.ts";

/** Give an environment a new container made from a snapshot; the one that it has stays whole until the new one runs. */
export async function restoreSnapshot(context: OperationContext, choice: SnapshotChoice): Promise<UpResult> {
  const plan = await planProject(context);
  return underLock(context, async () => {
    const snapshot = await findSnapshot(context, choice);
    const selected = selectEnvironments(plan.environments, [snapshot.environment]);
    await rememberUp(context, selected);
    const environments = await bringAllUp(context, { plan, selected, source: { snapshot, always: true } });
    return { project: plan.project, environments, services: [] };
  });
}
