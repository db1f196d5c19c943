import type { ContainerInfo, Engine } from "../engine/engine.ts";
import type { ObservedContainer } from "../plan/diff.ts";
import { environmentLabel, workspaceLabel } from "../plan/labels.ts";

/** The containers of a workspace by environment. One engine call. */
export async function observe(engine: Engine, workspaceId: string): Promise<ReadonlyMap<string, ContainerInfo>> {
  const containers = await engine.containers.list({ [workspaceLabel]: workspaceId });
  return new Map(containers.map((container) => [container.labels[environmentLabel] ?? container.name, container]));
}

export function toObserved({ id, name, state, labels }: ContainerInfo): ObservedContainer {
  return { id, name, isRunning: state === "running", labels };
}
