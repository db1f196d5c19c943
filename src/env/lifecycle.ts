import type { ContainerInfo } from "../engine/containers.ts";
import { devenvError } from "../errors.ts";
import { workspaceId } from "../plan/container.ts";
import { planAction } from "../plan/diff.ts";
import { phaseOf } from "../plan/phase.ts";
import type { StartPlan } from "../plan/plan.ts";
import { openSecrets } from "./container/secrets.ts";
import { startContainer } from "./container/start.ts";
import { underLock } from "./lock.ts";
import { observe, observeCurrent } from "./observe.ts";
import type { KnownContext, LifecycleResult } from "./operation.ts";
import { readUp } from "./record/up-record.ts";
import { requireKnown } from "./require-known.ts";
import { runStep } from "./step.ts";
import { readWorkspace } from "./workspace.ts";

/** Seconds that what works inside has to end by itself. */
const graceSeconds = 10;

interface Named {
  readonly names: readonly string[];
}

/** Stop the containers of environments, and what keeps their workspaces in step; all that they hold stays. */
export function stop(context: KnownContext, { names }: Named): Promise<LifecycleResult> {
  return underLock(context, async () => {
    const containers = await selectContainers(context, names);
    const stopped = await stopRunning(context, containers);
    // what they wrote at their end is brought over too
    await stopSync(context, containers);
    return resultOf(context, stopped);
  });
}

async function stopRunning(context: KnownContext, containers: readonly Selected[]): Promise<readonly Selected[]> {
  const running = containers.filter(({ container }) => ["running", "paused"].includes(container.state));
  await Promise.all(running.map(({ name, container }) => stopOne(context, name, container)));
  return running;
}

async function stopSync({ engine, spec, sync }: KnownContext, containers: readonly Selected[]): Promise<void> {
  const { workspace } = await readWorkspace(spec.root);
  const names = containers.map(({ name }) => name);
  await sync?.stop(workspace, names);
  const observed = await observe(engine, workspace.id);
  const helpers = names.flatMap((name) => observed.get(name)?.helpers ?? []);
  const running = helpers.filter(({ state }) => state === "running");
  await Promise.all(running.map(({ id }) => engine.containers.stop(id, graceSeconds)));
}

/**
 * Start the containers of environments as they are, as the last `up` planned them: nothing is built or made anew,
 * the start hooks run. Throws WORKSPACE_UNKNOWN where nothing is written down about one.
 */
export function start(context: KnownContext, { names }: Named): Promise<LifecycleResult> {
  return underLock(context, async () => {
    const containers = await selectContainers(context, names);
    const due = containers.filter(({ container }) => !isUp(container));
    const plans = await plansOf(context, due);
    const started = [];
    for (const [one, plan] of plans) if (await startOne(context, plan, one.container)) started.push(one);
    return resultOf(context, started);
  });
}

export async function restart(context: KnownContext, options: Named): Promise<LifecycleResult> {
  await underLock(context, async () => {
    const containers = await selectContainers(context, options.names);
    // what could not be started again is not stopped
    for (const { secrets } of (await plansOf(context, containers)).values()) await openSecrets(context, secrets);
    // the sync goes on meanwhile: it does not need the container
    await stopRunning(context, containers);
  });
  return start(context, options);
}

function isUp({ name, state }: ContainerInfo): boolean {
  return state === "running" && phaseOf(name) === "done";
}

async function plansOf(
  { host, spec }: KnownContext,
  containers: readonly Selected[],
): Promise<ReadonlyMap<Selected, StartPlan>> {
  const plans = new Map<Selected, StartPlan>();
  for (const one of containers) {
    const record = await readUp(host, spec.root, one.name);
    if (record === undefined) throw devenvError("WORKSPACE_UNKNOWN", { environment: one.name });
    plans.set(one, record.plan);
  }
  return plans;
}

interface Selected {
  readonly name: string;
  readonly container: ContainerInfo;
}

/** Without names all that have a container; one that is named must have one. */
async function selectContainers(
  { engine, spec }: KnownContext,
  names: readonly string[],
): Promise<readonly Selected[]> {
  const observed = await observeCurrent(engine, workspaceId(spec.root));
  const chosen = names.length === 0 ? [...observed.keys()] : names;
  return chosen.map((name) => {
    const container = observed.get(name);
    if (container !== undefined) return { name, container };
    requireKnown(spec, name);
    throw devenvError("ENVIRONMENT_NOT_UP", { name });
  });
}

function stopOne(context: KnownContext, environment: string, { id, state }: ContainerInfo): Promise<void> {
  return runStep(context, { environment, step: "container", text: "stopping" }, async () => {
    if (state === "paused") await context.engine.containers.unpause(id);
    await context.engine.containers.stop(id, graceSeconds);
    return { text: "stopped", value: undefined };
  });
}

/** Whether there was anything to do. */
async function startOne(context: KnownContext, plan: StartPlan, container: ContainerInfo): Promise<boolean> {
  const action = planAction(plan, container);
  if (action.kind === "keep" || (action.kind === "replace" && container.state === "running")) return false;
  if (action.kind === "replace") {
    const text = `started as it is, although it is stale: ${action.reasons.join(", ")}; \`devenv up\` makes it anew`;
    context.report({ kind: "warning", environment: plan.name, text });
  }
  await startContainer(context, plan, container);
  return true;
}

function resultOf({ spec }: KnownContext, changed: readonly Selected[]): LifecycleResult {
  return {
    project: spec.project,
    containers: changed.map(({ name, container }) => ({ name, container: container.name })),
  };
}
