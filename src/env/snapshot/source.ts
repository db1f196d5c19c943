import type { ContainerInfo } from "../../engine/containers.ts";
import { devenvError } from "../../errors.ts";
import { changedInputs } from "../../plan/diff.ts";
import { environmentLabel, labelOf, snapshotLabel } from "../../plan/labels.ts";
import type { EnvironmentPlan } from "../../plan/plan.ts";
import { imageInputs, isMadeFrom } from "../../plan/snapshot.ts";
import type { LaunchRequest } from "../container/launch.ts";
import { startPhase } from "../container/start.ts";
import type { OperationContext } from "../operation.ts";
import { everySnapshot, type FoundSnapshot } from "./find.ts";

/** Where the files of a container come from, in the place of the config's image. */
export interface SnapshotSource {
  readonly snapshot: FoundSnapshot;
  /** Also where the container was made from it already, and nothing of the config changed since. */
  readonly always: boolean;
}

/** What a container of a snapshot is launched with; the create hooks ran before it was taken. */
export async function openSnapshot(
  context: OperationContext,
  environment: EnvironmentPlan,
  snapshot: FoundSnapshot,
): Promise<Pick<LaunchRequest, "image" | "phase" | "labels">> {
  const { name, tag } = snapshot;
  const info = await context.engine.images.inspect(tag);
  if (info === undefined) {
    throw devenvError("SNAPSHOT_UNKNOWN", { name, environment: environment.name, known: [] });
  }
  warnOfOtherImage(context, environment, snapshot);
  return { image: { ...info, tag }, phase: startPhase(environment), labels: { [snapshotLabel]: name } };
}

function warnOfOtherImage({ report }: OperationContext, environment: EnvironmentPlan, snapshot: FoundSnapshot): void {
  if (snapshot.fingerprint === environment.image.fingerprint) return;
  const reasons = changedInputs(snapshot.inputs, imageInputs(environment.container.inputs));
  const text = `snapshot \`${snapshot.name}\` stands on another image than the config's (${reasons.join(", ")}), and is used as it is`;
  report({ kind: "warning", environment: environment.name, text });
}

/** The snapshot that a container was made from, as long as it is there. */
export async function sourceOf(
  context: OperationContext,
  container: ContainerInfo,
): Promise<SnapshotSource | undefined> {
  if (labelOf(container.labels, snapshotLabel) === undefined) return undefined;
  const snapshots = await everySnapshot(context, labelOf(container.labels, environmentLabel));
  const snapshot = snapshots.find((one) => isMadeFrom(container, one));
  return snapshot === undefined ? undefined : { snapshot, always: true };
}
