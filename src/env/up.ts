import type { ContainerInfo } from "../engine/containers.ts";
import { isDevenvError } from "../errors.ts";
import { planAction } from "../plan/diff.ts";
import type { EnvironmentPlan, Plan } from "../plan/plan.ts";
import type { Settled } from "../plan/settle.ts";
import { isMadeFrom } from "../plan/snapshot.ts";
import { bringUp, keep } from "./bring-up.ts";
import { looseMounts, type MountRecords, readMountRecords } from "./container/mount-record.ts";
import { tellFullDisk } from "./full-disk.ts";
import { planLocked } from "./lock/plan-locked.ts";
import { underLock } from "./lock.ts";
import { findMoved } from "./moved.ts";
import { observe } from "./observe.ts";
import type { EnvironmentResult, OperationContext, UpResult } from "./operation.ts";
import { selectEnvironments } from "./plan-project.ts";
import { rememberUp } from "./record/remember-up.ts";
import type { SnapshotSource } from "./snapshot/source.ts";
import { hasUnchecked } from "./snapshot/unchecked.ts";
import { endStrays } from "./strays.ts";

type Observed = ReadonlyMap<string, Settled<ContainerInfo>>;

export interface UpOptions {
  readonly names: readonly string[];
  /** Name of a snapshot: the one environment that has it is made from it, unless it was already. */
  readonly fromSnapshot?: string | undefined;
  /** Where a workspace is mounted that was in a volume: also with files in there that the host does not have. */
  readonly force?: boolean | undefined;
  /** Never write the lock. */
  readonly frozen?: boolean | undefined;
}

/** Bring environments up: what is right already is kept, all else is built, created, started or replaced. */
export async function up(context: OperationContext, options: UpOptions): Promise<UpResult> {
  const plan = await planLocked(context, options);
  const { selected, source } = await select(context, plan, options);
  await rememberUp(context, selected);
  const observed = await observe(context.engine, plan.workspace.id);
  warnOfPrivileges(context, selected, observed);
  const records = readMountRecords({ host: context.host, root: context.spec.root });
  const isRightAll = selected.every((environment) => isRight(environment, { observed, source, records }));
  const bringAll = () =>
    underLock(context, () => bringAllUp(context, { plan, selected, source, force: options.force }));
  const keepAll = () => Promise.all(selected.map((one) => keep(context, one, observed.get(one.name)?.container)));
  const environments = isRightAll && !hasUnchecked(context) ? await unlessGone(keepAll, bringAll) : await bringAll();
  return { project: plan.project, environments, services: [] };
}

/** Whether the volume of a workspace is there is seen only where nothing keeps that in step. */
async function unlessGone<Result>(keepAll: () => Promise<Result>, bringAll: () => Promise<Result>): Promise<Result> {
  try {
    return await keepAll();
  } catch (error) {
    if (isDevenvError(error, "SYNC_VOLUME_MISSING")) return bringAll();
    throw error;
  }
}

interface Selection {
  readonly selected: readonly EnvironmentPlan[];
  readonly source: SnapshotSource | undefined;
}

async function select(context: OperationContext, plan: Plan, { names, fromSnapshot }: UpOptions): Promise<Selection> {
  const selected = selectEnvironments(plan.environments, names);
  if (fromSnapshot === undefined) return { selected, source: undefined };
  const { findSnapshot } = await import("./snapshot/find.ts");
  const snapshot = await findSnapshot(context, { name: fromSnapshot, environment: names[0] });
  const source = { snapshot, always: false };
  return { selected: selectEnvironments(plan.environments, [snapshot.environment]), source };
}

interface Seen {
  readonly observed: Observed;
  readonly source: SnapshotSource | undefined;
  readonly records: MountRecords;
}

function isRight(environment: EnvironmentPlan, { observed, source, records }: Seen): boolean {
  const { container, leftovers = [] } = observed.get(environment.name) ?? {};
  const loose = container && looseMounts(records, container.id);
  if (leftovers.length > 0 || planAction(environment, container, loose).kind !== "keep") return false;
  return source === undefined || (container !== undefined && isMadeFrom(container, source.snapshot));
}

/** What another command did while this one waited counts. */
export async function bringAllUp(
  context: OperationContext,
  { plan, selected, source, force }: Selection & Pick<UpOptions, "force"> & { readonly plan: Plan },
): Promise<readonly EnvironmentResult[]> {
  const observed = await observe(context.engine, plan.workspace.id);
  const isNew = selected.some(({ name }) => observed.get(name)?.container === undefined);
  if (isNew) await endStrays(context);
  const moved = isNew ? await findMoved(context.engine, plan) : new Map<string, ContainerInfo>();
  const results: EnvironmentResult[] = [];
  for (const environment of selected) {
    const { name } = environment;
    const target = { plan, environment, observed: observed.get(name), moved: moved.get(name), source, force };
    results.push(await tellFullDisk(context.engine, { watch: false }, () => bringUp(context, target)));
  }
  return results;
}

/** Told when the container is made, not each time. */
function warnOfPrivileges(
  { report }: OperationContext,
  selected: readonly EnvironmentPlan[],
  observed: Observed,
): void {
  for (const environment of selected) {
    const { devices, capAdd, securityOpt } = environment.container;
    const action = planAction(environment, observed.get(environment.name)?.container);
    if (action.kind !== "create" && action.kind !== "replace") continue;
    const what = [
      ...(capAdd.length === 0 ? [] : [`capabilities ${capAdd.join(", ")}`]),
      ...(securityOpt.length === 0 ? [] : [`security options ${securityOpt.join(", ")}`]),
      ...(devices.length === 0 ? [] : [`devices ${devices.map(({ source }) => source).join(", ")}`]),
    ];
    if (what.length === 0) continue;
    const text = `the container gets ${what.join(" and ")} of this machine: it is less shut off from it`;
    report({ kind: "warning", environment: environment.name, text });
  }
}
