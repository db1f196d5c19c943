import { existsSync } from "node:fs";
import type { ContainerInfo } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import { environmentLabel, folderLabel, projectLabel, rootLabel, syncLabel, workspaceLabel } from "../plan/labels.ts";
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
  const moved = containers.filter(
    ({ labels }) =>
      labels[syncLabel] === undefined &&
      labels[folderLabel] === workspace.folder &&
      labels[workspaceLabel] !== workspace.id &&
      !existsSync(labels[rootLabel] ?? "/"),
  );
  return new Map(moved.map((container) => [container.labels[environmentLabel] ?? container.name, container]));
}
