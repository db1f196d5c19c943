import type { ContainerInfo } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import { workspaceLabel } from "../plan/labels.ts";
import { ownerOf } from "../plan/owned.ts";
import { type Settled, settle } from "../plan/settle.ts";

/** The containers of a workspace by environment, sorted out; what only carries their labels is none. One engine call. */
export async function observe(
  engine: Engine,
  workspaceId: string,
): Promise<ReadonlyMap<string, Settled<ContainerInfo>>> {
  const containers = await engine.containers.list({ [workspaceLabel]: workspaceId });
  const groups = Map.groupBy(containers, (container) => ownerOf(container)?.environment);
  return new Map([...groups].flatMap(([name, group]) => (name === undefined ? [] : [[name, settle(group)]])));
}

/** The containers that count, by environment. */
export async function observeCurrent(engine: Engine, workspaceId: string): Promise<ReadonlyMap<string, ContainerInfo>> {
  const observed = await observe(engine, workspaceId);
  return new Map(
    [...observed].flatMap(([name, { container }]) => (container === undefined ? [] : [[name, container]])),
  );
}
