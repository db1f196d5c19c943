import type { ContainerInfo } from "../../engine/containers.ts";
import type { Engine } from "../../engine/engine.ts";
import { projectLabel, readPorts, writePorts } from "../../plan/labels.ts";
import { ownerOf } from "../../plan/owned.ts";
import type { EnvironmentPlan, Plan } from "../../plan/plan.ts";
import { ownVolume, portsVolume } from "../../plan/volumes.ts";
import type { OperationContext } from "../operation.ts";
import { type AssignedPort, assignPorts, portTable } from "./ports.ts";
import { findVolume, newName, type ProjectVolumes } from "./volumes.ts";

interface MemoryPlace {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  /** The volumes of the project. */
  readonly known: ProjectVolumes;
}

export interface PortChoice extends MemoryPlace {
  readonly replaced: ContainerInfo | undefined;
  /** Ports that looked free and were not. */
  readonly lost: ReadonlySet<number>;
}

/** Ports of the host for an environment: those that it had before, where they are still to be had. */
export async function choosePorts(context: OperationContext, choice: PortChoice): Promise<readonly AssignedPort[]> {
  const { plan, environment, known, replaced, lost } = choice;
  const wanted = environment.container.ports;
  if (wanted.length === 0) return [];
  const memory = findVolume(known, { environment: environment.name, what: portsVolume });
  const remembered = { ...readPorts(memory?.labels ?? {}), ...readPorts(replaced?.labels ?? {}) };
  const claimed = new Map(await claimedPorts(context.engine, { plan, environment, replaced }));
  const own = new Set((replaced?.ports ?? []).map(({ host }) => host));
  const seed = `${plan.workspace.id}:${environment.name}`;
  return assignPorts(context, { environment: environment.name, wanted, remembered, claimed, own, lost, seed });
}

/** A stopped environment finds its ports again, so others leave them alone. */
async function claimedPorts(
  engine: Engine,
  { plan, environment, replaced }: Pick<PortChoice, "plan" | "environment" | "replaced">,
): Promise<readonly [number, string][]> {
  const containers = await engine.containers.list({ [projectLabel]: "" });
  const others = containers.filter((container) => {
    const owner = ownerOf(container);
    if (owner === undefined || container.id === replaced?.id) return false;
    return owner.workspace !== plan.workspace.id || owner.environment !== environment.name;
  });
  return others.flatMap(({ name, labels, ports }) =>
    [...Object.values(readPorts(labels)), ...ports.map(({ host }) => host)].map((port): [number, string] => [
      port,
      name,
    ]),
  );
}

/** A port that gave way stays the same also after `down`: an unused volume's label remembers it. */
export async function rememberPorts(
  engine: Engine,
  { plan, environment, known, ports }: MemoryPlace & { readonly ports: readonly AssignedPort[] },
): Promise<void> {
  const table = portTable(ports.filter(({ host, wanted }) => host !== wanted));
  const memory = findVolume(known, { environment: environment.name, what: portsVolume });
  if (JSON.stringify(table) === JSON.stringify(readPorts(memory?.labels ?? {}))) return;
  const { project, workspace } = plan;
  const { name, labels } = ownVolume({ project, workspace, environment }, portsVolume);
  if (memory !== undefined) await engine.volumes.remove(memory.name);
  if (Object.keys(table).length > 0)
    await engine.volumes.create(newName(known, plan, name), { ...labels, ...writePorts(table) });
}
