import type { ImageInfo } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { environmentLabel, snapshotLabel } from "../../plan/labels.ts";
import { readSnapshot, type Snapshot } from "../../plan/snapshot.ts";
import { projectIdentity } from "../identity.ts";
import type { KnownContext } from "../operation.ts";

export type FoundSnapshot = Snapshot & {
  /** Id of its image. */
  readonly image: string;
  /** Bytes, as the engine counts them: the layers below included. */
  readonly size: number;
};

type Place = Pick<KnownContext, "engine" | "host" | "spec">;

/** All snapshots of the project, newest first; those of one environment when it is named. One engine call. */
export async function findSnapshots(context: Place, environment?: string): Promise<readonly FoundSnapshot[]> {
  const [all, isOwn] = await Promise.all([everySnapshot(context, environment), ownership(context)]);
  return all.filter(isOwn);
}

/** Those of other projects too. */
export async function everySnapshot({ engine }: Place, environment?: string): Promise<readonly FoundSnapshot[]> {
  const images = await engine.images.list({
    [snapshotLabel]: "",
    ...(environment === undefined ? {} : { [environmentLabel]: environment }),
  });
  return images.flatMap(withSize).sort((a, b) => (a.created < b.created ? 1 : -1));
}

function withSize(image: ImageInfo): readonly FoundSnapshot[] {
  const snapshot = readSnapshot(image);
  return snapshot === undefined ? [] : [{ ...snapshot, image: image.id, size: image.size }];
}

/** One of an earlier version tells its project's name alone. */
async function ownership(context: Place): Promise<(snapshot: FoundSnapshot) => boolean> {
  const { known } = await projectIdentity(context);
  return ({ id, project }) => (id === undefined ? project === context.spec.project : known.has(id));
}

export interface SnapshotChoice {
  /** Or the whole name of its image: so one of another project of this name is to be had. */
  readonly name: string;
  /** Undefined: the only one that has a snapshot of this name. */
  readonly environment?: string | undefined;
}

/** Throws SNAPSHOT_UNKNOWN, SNAPSHOT_AMBIGUOUS. */
export async function findSnapshot(context: KnownContext, choice: SnapshotChoice): Promise<FoundSnapshot> {
  const [found] = await chooseSnapshots(context, [choice.name], choice.environment);
  if (found === undefined) throw new Error("a snapshot was neither found nor missed");
  return found;
}

/** All that are named; throws as `findSnapshot`. */
export async function chooseSnapshots(
  context: Place,
  names: readonly string[],
  environment: string | undefined,
): Promise<readonly FoundSnapshot[]> {
  const [every, isOwn] = await Promise.all([everySnapshot(context, environment), ownership(context)]);
  const others = every.filter((one) => one.project === context.spec.project && !isOwn(one));
  const own = every.filter(isOwn);
  return names.map((name) => pickSnapshot({ own, others }, { name, environment }));
}

interface Snapshots {
  readonly own: readonly FoundSnapshot[];
  /** Of other projects of the same name. */
  readonly others: readonly FoundSnapshot[];
}

function pickSnapshot({ own, others: foreign }: Snapshots, { name, environment }: SnapshotChoice): FoundSnapshot {
  const byTag = [...own, ...foreign].find(({ tag }) => tag === name);
  if (byTag !== undefined) return byTag;
  const all = own.filter((snapshot) => snapshot.name === name);
  // one that is surely the project's comes before one that may be of another of its name
  const sure = all.filter(({ id }) => id !== undefined);
  const [found, ...others] = sure.length > 0 ? sure : all;
  if (found === undefined) {
    const known = [...new Set(own.map((snapshot) => snapshot.name))];
    const elsewhere = foreign.find((snapshot) => snapshot.name === name)?.tag;
    throw devenvError("SNAPSHOT_UNKNOWN", { name, environment, known, elsewhere });
  }
  if (others.length === 0) return found;
  const environments = [found, ...others].map((snapshot) => snapshot.environment).sort();
  throw devenvError("SNAPSHOT_AMBIGUOUS", { name, environments });
}
