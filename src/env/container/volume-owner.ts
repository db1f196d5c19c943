import { basename } from "node:path/posix";
import type { Engine } from "../../engine/engine.ts";
import { uidLabel } from "../../plan/labels.ts";
import type { ContainerPlan } from "../../plan/plan.ts";
import type { Ids, MappedUser } from "../../plan/user.ts";
import { historyVolume } from "../../plan/volumes.ts";
import type { ImageUser } from "./image-user.ts";
import type { PlacedVolume } from "./volumes.ts";

export type OwnedVolume = Pick<PlacedVolume, "scope" | "what" | "target" | "present">;

export interface VolumeOwnerRequest {
  readonly id: string;
  readonly plan: ContainerPlan;
  readonly volumes: readonly OwnedVolume[];
  readonly ids: Ids;
  readonly mapped: MappedUser;
  readonly source: ImageUser;
}

/**
 * See to it that what is in the volumes of a container that does not run yet belongs to its user, where
 * another user had them before or the engine filled them from the image. Gives the folders that are to be
 * the user's own then: a volume whose folder is not is looked into again.
 */
export async function ownVolumes({ containers }: Engine, request: VolumeOwnerRequest): Promise<readonly string[]> {
  const { id, plan, volumes, ids, mapped } = request;
  const ours = volumes.map(async (volume) => {
    const { target } = volume;
    if (!mayBeForeign(volume, request)) return target;
    const owner = await containers.ownerOf(id, target);
    const isOthers = volume.scope === "shared" && owner?.uid !== mapped.before?.uid;
    if (owner === undefined || owner.uid === ids.uid || owner.isEmpty || isOthers) return target;
    await containers.changeOwner(id, target, { from: owner, to: ids });
    return target;
  });
  // one of the user's own naming may hold another program's data
  const named = plan.mounts.map(async ({ kind, target }) => {
    const owner = kind === "volume" ? await containers.ownerOf(id, target) : undefined;
    return owner?.isEmpty && owner.uid === 0 ? [target] : [];
  });
  const [all, fresh] = await Promise.all([Promise.all(ours), Promise.all(named)]);
  return [...all, ...fresh.flat()];
}

/** To look costs a call. */
function mayBeForeign({ scope, what, present, target }: OwnedVolume, request: VolumeOwnerRequest): boolean {
  const { ids, source, mapped } = request;
  if (scope === "own") {
    return present === undefined ? what !== historyVolume : present.labels[uidLabel] !== String(ids.uid);
  }
  const { home, before } = mapped;
  if (before === undefined || before.uid === ids.uid || !target.startsWith(`${home}/`)) return false;
  // the names stand in a tar as they are
  const name = `${basename(home)}${target.slice(home.length)}/`;
  return source.isHomeLarge || Buffer.from(source.home ?? "", "base64").includes(name);
}
