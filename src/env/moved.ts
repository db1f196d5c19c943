import { existsSync } from "node:fs";
import type { ContainerInfo } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import { labelOf, projectLabel, rootLabel, syncLabel } from "../plan/labels.ts";
import { ownerOf } from "../plan/owned.ts";
import type { Plan } from "../plan/plan.ts";

/** Why a container that the workspace had before gives way. */
export function movedReason({ labels }: ContainerInfo): string {
  return `the workspace was moved from \`${labels[rootLabel] ?? ""}\``;
}

/** The containers that this workspace had before its folder was moved or renamed, by environment. One engine call. */
export async function findMoved(
  engine: Engine,
  { project, workspace }: Pick<Plan, "project" | "workspace">,
): Promise<ReadonlyMap<string, ContainerInfo>> {
  const containers = await engine.containers.list({ [projectLabel]: project });
  return new Map(
    containers.flatMap((container): [string, ContainerInfo][] => {
      const owner = ownerOf(container);
      if (owner === undefined || labelOf(container.labels, syncLabel) !== undefined) return [];
      const isMoved =
        owner.folder === workspace.folder && owner.workspace !== workspace.id && !existsSync(owner.root ?? "/");
      return isMoved ? [[owner.environment, container]] : [];
    }),
  );
}
