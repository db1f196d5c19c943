import type { ContainerMount } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import type { VolumeInfo } from "../engine/volumes.ts";
import { environmentLabel, folderLabel, projectLabel, uidLabel, volumeLabel, workspaceLabel } from "../plan/labels.ts";
import type { EnvironmentPlan, Plan, VolumePlan } from "../plan/plan.ts";

/** A volume in its place in a container. */
export type PlacedVolume = ContainerMount & {
  readonly kind: "volume";
  readonly scope: VolumePlan["kind"];
  readonly what: string;
  /** Undefined: it is made with the container, or it is shared. */
  readonly present: VolumeInfo | undefined;
};

/** All volumes of the project. One call. */
export function listVolumes(engine: Engine, { project }: Plan): Promise<readonly VolumeInfo[]> {
  return engine.volumes.list({ [projectLabel]: project });
}

/** Whether a volume belongs to this workspace, also from before its folder was moved. */
export function isOfWorkspace({ labels }: VolumeInfo, { workspace }: Plan): boolean {
  return labels[workspaceLabel] === workspace.id || labels[folderLabel] === workspace.folder;
}

/** The volume of an environment that holds something, if there is one. */
export function findVolume(
  known: readonly VolumeInfo[],
  plan: Plan,
  { environment, what }: { readonly environment: string; readonly what: string },
): VolumeInfo | undefined {
  return known.find(
    (volume) =>
      isOfWorkspace(volume, plan) &&
      volume.labels[environmentLabel] === environment &&
      volume.labels[volumeLabel] === what,
  );
}

interface VolumePlace {
  readonly environment: EnvironmentPlan;
  /** Whose the volumes are inside. */
  readonly uid: number | undefined;
}

/** The volumes of an environment as mounts: those that are there keep their names. */
export function placeVolumes(
  known: readonly VolumeInfo[],
  plan: Plan,
  { environment: { name: environment, container }, uid }: VolumePlace,
): readonly PlacedVolume[] {
  return container.volumes.map(({ kind: scope, what, name, target, labels }) => {
    const present = scope === "own" ? findVolume(known, plan, { environment, what }) : undefined;
    const owner = scope === "own" && uid !== undefined ? { [uidLabel]: String(uid) } : {};
    const source = present?.name ?? name;
    return { kind: "volume", scope, what, present, source, target, readOnly: false, labels: { ...labels, ...owner } };
  });
}
