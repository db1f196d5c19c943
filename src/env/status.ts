import type { ContainerInfo } from "../engine/containers.ts";
import { planAction } from "../plan/diff.ts";
import { readPorts, snapshotLabel } from "../plan/labels.ts";
import type { EnvironmentPlan, Plan } from "../plan/plan.ts";
import type { Settled } from "../plan/settle.ts";
import { looseMounts, type MountRecords, readMountRecords } from "./container/mount-record.ts";
import { portKey } from "./container/ports.ts";
import { isKeptInStep } from "./container/sync.ts";
import { findMoved, movedReason } from "./moved.ts";
import { observe } from "./observe.ts";
import type { EnvironmentStatus, LeftoverStatus, OperationContext, StatusResult } from "./operation.ts";
import { planProject } from "./plan-project.ts";
import type { SyncStanding } from "./workspace-sync.ts";

/** What runs now, for each environment why the next `up` would change it, and what the config no longer has. */
export async function status(context: OperationContext): Promise<StatusResult> {
  const plan = await planProject(context);
  const observed = await observe(context.engine, plan.workspace.id);
  const isNew = plan.environments.some(({ name }) => observed.get(name)?.container === undefined);
  const records = readMountRecords({ host: context.host, root: context.spec.root });
  const moved = isNew ? await findMoved(context.engine, plan) : undefined;
  const environments = plan.environments.map((environment): EnvironmentStatus => {
    const { name } = environment;
    const described = describe(environment, observed.get(name), records);
    const before = observed.get(name)?.container === undefined ? moved?.get(name) : undefined;
    return before === undefined ? described : { ...described, next: "recreate", stale: [movedReason(before)] };
  });
  const standings = await standingsOf(context, plan, environments);
  const known = new Set(plan.environments.map(({ name }) => name));
  const leftovers = [...observed].flatMap(([name, { container, leftovers: others }]): LeftoverStatus[] =>
    known.has(name)
      ? []
      : [...(container === undefined ? [] : [container]), ...others].map((one) => ({
          environment: name,
          container: one.name,
          state: one.state,
        })),
  );
  const described = environments.map((one) => withStanding(one, standings.get(one.name)));
  return { project: plan.project, environments: described, services: [], leftovers };
}

/** Of the environments that have a container and are to be kept in step; nothing is asked where there is none. */
async function standingsOf(
  { sync }: OperationContext,
  { workspace, environments }: Plan,
  statuses: readonly EnvironmentStatus[],
): Promise<ReadonlyMap<string, SyncStanding>> {
  const present = new Set(statuses.filter(({ state }) => state !== "absent").map(({ name }) => name));
  const kept = environments.filter(({ name, container }) => present.has(name) && isKeptInStep(container));
  if (sync === undefined || kept.length === 0) return new Map();
  const standings = await sync.standings(workspace, kept);
  return new Map(kept.map(({ name }) => [name, standings.get(name) ?? notKept]));
}

const notKept: SyncStanding = {
  ...{ state: "off", changes: [], files: 0, filesLeft: 0, conflicts: 0, copies: 0, problems: 0, slow: [] },
};

function withStanding(one: EnvironmentStatus, sync: SyncStanding | undefined): EnvironmentStatus {
  const changes = sync?.changes ?? [];
  const next = one.next === "keep" && changes.length > 0 ? "apply" : one.next;
  return { ...one, next, stale: [...one.stale, ...changes], sync };
}

function describe(
  plan: EnvironmentPlan,
  observed: Settled<ContainerInfo> | undefined,
  records: MountRecords,
): EnvironmentStatus {
  const container = observed?.container;
  const given = readPorts(container?.labels ?? {});
  const ports = plan.container.ports.map((port) => ({ container: port.container, host: given[portKey(port)] }));
  return {
    name: plan.name,
    container: plan.container.name,
    image: container?.image ?? plan.image.tag,
    fingerprint: plan.image.fingerprint,
    state: container?.state ?? "absent",
    health: container?.health ?? "none",
    ports: ports.flatMap(({ container: inside, host }) => (host === undefined ? [] : [{ container: inside, host }])),
    snapshot: container?.labels[snapshotLabel] || undefined,
    ...nextStep(plan, observed, records),
  };
}

const steps = {
  keep: "keep",
  create: "create",
  replace: "recreate",
  start: "start",
  restart: "restart",
  resume: "finish",
} as const;

function nextStep(
  plan: EnvironmentPlan,
  observed: Settled<ContainerInfo> | undefined,
  records: MountRecords,
): Pick<EnvironmentStatus, "stale" | "next"> {
  const container = observed?.container;
  const action = planAction(plan, container, container && looseMounts(records, container.id));
  if (action.kind !== "keep") return { next: steps[action.kind], stale: action.reasons };
  const left = (observed?.leftovers ?? []).map(({ name }) => `\`${name}\` was left by an interrupted command`);
  return { next: left.length === 0 ? "keep" : "finish", stale: left };
}
