/** What still brings workspaces in step that are not there any more. */
import { existsSync } from "node:fs";
import { labelOf, projectLabel, syncLabel } from "../plan/labels.ts";
import { ownerOf } from "../plan/owned.ts";
import type { OperationContext } from "./operation.ts";

/** Their processes and helper containers are ended; volumes stay, for `prune`. One engine call. */
export async function endStrays({ engine, spec, sync }: OperationContext): Promise<void> {
  // the folders of another machine cannot be seen from here
  if (!engine.address.startsWith("unix:")) return;
  for (const container of await engine.containers.list({ [projectLabel]: spec.project })) {
    const owner = labelOf(container.labels, syncLabel) === undefined ? undefined : ownerOf(container);
    if (owner?.root === undefined || existsSync(owner.root)) continue;
    await sync?.stop({ id: owner.workspace, root: owner.root }, [owner.environment]);
    await engine.containers.remove(container.id);
  }
}
