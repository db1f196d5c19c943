import { existsSync } from "node:fs";
import type { ContainerMount } from "../../engine/containers.ts";
import type { Engine } from "../../engine/engine.ts";
import type { VolumeInfo } from "../../engine/volumes.ts";
import {
  environmentLabel,
  folderLabel,
  projectLabel,
  uidLabel,
  volumeLabel,
  workspaceLabel,
} from "../../plan/labels.ts";
import { ownerOf, readOwner } from "../../plan/owned.ts";
import type { EnvironmentPlan, Plan, VolumePlan } from "../../plan/plan.ts";

/** A volume in its place in a container. */
export type PlacedVolume = ContainerMount & {
  readonly kind: "volume";
  readonly scope: VolumePlan["kind"];
  readonly what: string;
  /** Its name where nothing is in the way. */
  readonly planned: string;
  /** Undefined: it is made with the container, or it is shared. */
  readonly present: VolumeInfo | undefined;
};

/** The volumes of a project, as one workspace sees them. */
export interface ProjectVolumes {
  readonly own: readonly VolumeInfo[];
  /** Names of those that belong to other workspaces. */
  readonly others: ReadonlySet<string>;
}

/**
 * A volume stays with its folder when that is moved, and with its place when the folder is deleted and made
 * anew. Where a folder was moved and another one stands in its place now, whoever mounted the volume first
 * keeps it. One call; another one after such a change.
 */
export async function listVolumes(
  engine: Engine,
  { project, workspace }: Pick<Plan, "project" | "workspace">,
): Promise<ProjectVolumes> {
  const labelled = await engine.volumes.list({ [projectLabel]: project });
  const all = labelled.filter(({ labels }) => readOwner(labels) !== undefined);
  const isHere = ({ labels }: VolumeInfo) => labels[workspaceLabel] === workspace.id;
  const isFolders = ({ labels }: VolumeInfo) => labels[folderLabel] === workspace.folder;
  const sure = all.filter((volume) => isHere(volume) && isFolders(volume));
  const unsure = all.filter((volume) => isHere(volume) !== isFolders(volume));
  const used = unsure.length === 0 ? new Set<string>() : await usedElsewhere(engine, { project, workspace });
  const kept = unsure.filter((volume) => !used.has(volume.name) && !sure.some((one) => hasSameUse(one, volume)));
  const own = [...sure, ...kept];
  return { own, others: new Set(all.filter((volume) => !own.includes(volume)).map(({ name }) => name)) };
}

async function usedElsewhere(
  { containers }: Engine,
  { project, workspace }: Pick<Plan, "project" | "workspace">,
): Promise<ReadonlySet<string>> {
  const all = await containers.list({ [projectLabel]: project });
  const elsewhere = all.filter((container) => {
    const owner = ownerOf(container);
    return owner !== undefined && owner.workspace !== workspace.id && existsSync(owner.root ?? "/");
  });
  return new Set(elsewhere.flatMap(({ volumes = [] }) => volumes));
}

function hasSameUse(one: VolumeInfo, other: VolumeInfo): boolean {
  return [environmentLabel, volumeLabel].every((label) => one.labels[label] === other.labels[label]);
}

/** The volume of an environment that holds something, if there is one. */
export function findVolume(
  { own }: ProjectVolumes,
  { environment, what }: { readonly environment: string; readonly what: string },
): VolumeInfo | undefined {
  return own.find(({ labels }) => labels[environmentLabel] === environment && labels[volumeLabel] === what);
}

/** The name for a volume that is made now. */
export function newName({ others }: ProjectVolumes, { workspace }: Pick<Plan, "workspace">, name: string): string {
  return others.has(name) ? `${name}-${workspace.folder.slice(0, 4)}` : name;
}

interface VolumePlace {
  readonly environment: EnvironmentPlan;
  /** Whose the volumes are inside. */
  readonly uid: number | undefined;
}

/** The volumes of an environment as mounts: those that are there keep their names. */
export function placeVolumes(
  known: ProjectVolumes,
  plan: Plan,
  { environment: { name: environment, container }, uid }: VolumePlace,
): readonly PlacedVolume[] {
  return container.volumes.map(({ kind: scope, what, name, target, labels }) => {
    const present = scope === "own" ? findVolume(known, { environment, what }) : undefined;
    const owner = scope === "own" && uid !== undefined ? { [uidLabel]: String(uid) } : {};
    const source = present?.name ?? (scope === "own" ? newName(known, plan, name) : name);
    const place = { scope, what, planned: name, present };
    return { kind: "volume", ...place, source, target, readOnly: false, labels: { ...labels, ...owner } };
  });
}
