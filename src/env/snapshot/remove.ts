import { devenvError } from "../../errors.ts";
import { snapshotLabel } from "../../plan/labels.ts";
import { isMadeFrom } from "../../plan/snapshot.ts";
import { underLock } from "../lock.ts";
import type { KnownContext } from "../operation.ts";
import { chooseSnapshots, type FoundSnapshot } from "./find.ts";

export interface RemovedSnapshots {
  readonly project: string;
  readonly removed: readonly { readonly name: string; readonly environment: string }[];
}

/** Remove snapshots, all of them or none; throws SNAPSHOT_UNKNOWN, SNAPSHOT_AMBIGUOUS, SNAPSHOT_IN_USE. */
export function removeSnapshots(
  context: KnownContext,
  { names, environment }: { readonly names: readonly string[]; readonly environment?: string | undefined },
): Promise<RemovedSnapshots> {
  const { engine, spec } = context;
  return underLock(context, async () => {
    const chosen = await chooseSnapshots(context, [...new Set(names)], environment);
    for (const snapshot of chosen) await refuseUsed(context, snapshot);
    for (const { tag } of chosen) await engine.images.remove(tag);
    return { project: spec.project, removed: chosen.map((one) => ({ name: one.name, environment: one.environment })) };
  });
}

/** Containers of other workspaces of the project count too. */
async function refuseUsed({ engine }: KnownContext, snapshot: FoundSnapshot): Promise<void> {
  const { name, environment } = snapshot;
  const labelled = await engine.containers.list({ [snapshotLabel]: name });
  const containers = labelled.filter((one) => isMadeFrom(one, snapshot)).map((container) => container.name);
  if (containers.length > 0) throw devenvError("SNAPSHOT_IN_USE", { name, environment, containers });
}
