import type { ImageInfo } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { environmentLabel, projectLabel, snapshotLabel } from "../../plan/labels.ts";
import { readSnapshot, type Snapshot } from "../../plan/snapshot.ts";
import type { KnownContext } from "../operation.ts";

export type FoundSnapshot = Snapshot & {
  /** Bytes, as the engine counts them: the layers below included. */
  readonly size: number;
};

/** All snapshots of the project, newest first; those of one environment when it is named. One engine call. */
export async function findSnapshots(
  { engine, spec }: Pick<KnownContext, "engine" | "spec">,
  environment?: string,
): Promise<readonly FoundSnapshot[]> {
  const images = await engine.images.list({
    [projectLabel]: spec.project,
    [snapshotLabel]: "",
    ...(environment === undefined ? {} : { [environmentLabel]: environment }),
  });
  return images.flatMap(withSize).sort((a, b) => (a.created < b.created ? 1 : -1));
}

function withSize(image: ImageInfo): readonly FoundSnapshot[] {
  const snapshot = readSnapshot(image);
  return snapshot === undefined ? [] : [{ ...snapshot, size: image.size }];
}

export interface SnapshotChoice {
  readonly name: string;
  /** Undefined: the only one that has a snapshot of this name. */
  readonly environment?: string | undefined;
}

/** Throws SNAPSHOT_UNKNOWN, SNAPSHOT_AMBIGUOUS. */
export async function findSnapshot(context: KnownContext, choice: SnapshotChoice): Promise<FoundSnapshot> {
  const snapshots = await findSnapshots(context, choice.environment);
  return pickSnapshot(snapshots, choice);
}

export function pickSnapshot(
  snapshots: readonly FoundSnapshot[],
  { name, environment }: SnapshotChoice,
): FoundSnapshot {
  const [found, ...others] = snapshots.filter((snapshot) => snapshot.name === name);
  if (found === undefined) {
    const known = [...new Set(snapshots.map((snapshot) => snapshot.name))];
    throw devenvError("SNAPSHOT_UNKNOWN", { name, environment, known });
  }
  if (others.length === 0) return found;
  const environments = [found, ...others].map((snapshot) => snapshot.environment).sort();
  throw devenvError("SNAPSHOT_AMBIGUOUS", { name, environments });
}
