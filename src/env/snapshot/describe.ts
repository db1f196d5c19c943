import type { ImageInfo } from "../../engine/engine.ts";
import type { KnownContext } from "../operation.ts";
import { type FoundSnapshot, findSnapshot, findSnapshots, type SnapshotChoice } from "./find.ts";

/** One snapshot as `snapshot list --json` prints it. */
export interface SnapshotSummary {
  readonly name: string;
  readonly environment: string;
  /** ISO 8601. */
  readonly created: string;
  /** Bytes, as the engine counts them: the layers below included. */
  readonly size: number;
  /** Of the config's image that it stands on. */
  readonly fingerprint: string;
  readonly message: string | null;
  /** Snapshot that its container was made from. */
  readonly parent: string | null;
}

/** One snapshot as `snapshot show --json` prints it. */
export interface SnapshotDetails extends SnapshotSummary {
  readonly image: string;
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  /** `uid`: the id of the person at the host; null: the image's own. */
  readonly user: { readonly name: string; readonly uid: number | null };
  readonly layers: {
    readonly total: number;
    /** Those on top of the environment's image, and their bytes; null where that image is gone. */
    readonly own: number | null;
    readonly ownSize: number | null;
  };
}

/** Newest first. */
export async function listSnapshots(
  context: KnownContext,
  environment: string | undefined,
): Promise<readonly SnapshotSummary[]> {
  return (await findSnapshots(context, environment)).map(summarize);
}

export async function showSnapshot(context: KnownContext, choice: SnapshotChoice): Promise<SnapshotDetails> {
  return describeSnapshot(context, await findSnapshot(context, choice));
}

export async function describeSnapshot({ engine }: KnownContext, snapshot: FoundSnapshot): Promise<SnapshotDetails> {
  const { project, environment, fingerprint, tag, git, user, uid } = snapshot;
  const [image, base] = await Promise.all([
    engine.images.inspect(tag),
    engine.images.inspect(`localhost/${project}/${environment}:${fingerprint}`),
  ]);
  return {
    ...summarize(snapshot),
    image: tag,
    git: git ?? null,
    user: { name: user, uid: uid ?? null },
    layers: compareLayers(image, base),
  };
}

function compareLayers(image: ImageInfo | undefined, base: ImageInfo | undefined): SnapshotDetails["layers"] {
  const total = image?.layers.length ?? 0;
  if (image === undefined || base === undefined) return { total, own: null, ownSize: null };
  return { total, own: total - base.layers.length, ownSize: image.size - base.size };
}

function summarize({ name, environment, created, size, fingerprint, message, parent }: FoundSnapshot): SnapshotSummary {
  return { name, environment, created, size, fingerprint, message: message ?? null, parent: parent ?? null };
}
