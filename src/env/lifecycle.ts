import type { ContainerInfo } from "../engine/containers.ts";
import { devenvError } from "../errors.ts";
import { workspaceId } from "../plan/container.ts";
import { planAction } from "../plan/diff.ts";
import type { EnvironmentPlan } from "../plan/plan.ts";
import { openSecrets } from "./container/secrets.ts";
import { startContainer } from "./container/start.ts";
import { underLock } from "./lock.ts";
import { observe, observeCurrent } from "./observe.ts";
import type { LifecycleResult, OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";
import { runStep } from "./step.ts";
import { readWorkspace } from "./workspace.ts";

/** Seconds that what works inside has to end by itself. */
const graceSeconds = 10;

interface Named {
  readonly names: readonly string[];
}

/** Stop the containers of environments, and what keeps their workspaces in step; all that they hold stays. */
export function stop(context: OperationContext, { names }: Named): Promise<LifecycleResult> {
  return underLock(context, async () => {
    const containers = await selectContainers(context, names);
    const stopped = await stopRunning(context, containers);
    // what they wrote at their end is brought over too
    await stopSync(context, containers);
    return resultOf(context, stopped);
  });
}

async function stopRunning(context: OperationContext, containers: readonly Selected[]): Promise<readonly Selected[]> {
  const running = containers.filter(({ container }) => ["running", "paused"].includes(container.state));
  await Promise.all(running.map(({ name, container }) => stopOne(context, name, container)));
  return running;
}

async function stopSync({ engine, spec, sync }: OperationContext, containers: readonly Selected[]): Promise<void> {
  const { workspace } = await readWorkspace(spec.root);
  const names = containers.map(({ name }) => name);
  await sync?.stop(workspace, names);
  const observed = await observe(engine, workspace.id);
  const helpers = names.flatMap((name) => observed.get(name)?.helpers ?? []);
  const running = helpers.filter(({ state }) => state === "running");
  await Promise.all(running.map(({ id }) => engine.containers.stop(id, graceSeconds)));
}

/** Start the containers of environments as they are: nothing is built or made anew, the start hooks run. */
export async function start(context: OperationContext, { names }: Named): Promise<LifecycleResult> {
  const { environments } = await planProject(context);
  return underLock(context, async () => {
    const containers = await selectContainers(context, names);
    const started = [];
    for (const one of containers) {
      const plan = environments.find(({ name }) => name === one.name);
      if (plan !== undefined && (await startOne(context, plan, one.container))) started.push(one);
    }
    return resultOf(context, started);
  });
}

export async function restart(context: OperationContext, options: Named): Promise<LifecycleResult> {
  const chosen = context.spec.environments.filter(({ name }) => isChosen(options.names, name));
  // what could not be started again is not stopped
  for (const { secrets } of chosen) await openSecrets(context, secrets);
  // the sync goes on meanwhile: it does not need the container
  await underLock(context, async () => stopRunning(context, await selectContainers(context, options.names)));
  return start(context, options);
}

function isChosen(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

interface Selected {
  readonly name: string;
  readonly container: ContainerInfo;
}

/** Without names all that have a container; one that is named must have one. */
async function selectContainers(
  { engine, spec }: OperationContext,
  names: readonly string[],
): Promise<readonly Selected[]> {
  const observed = await observeCurrent(engine, workspaceId(spec.root));
  const chosen = names.length === 0 ? [...observed.keys()] : names;
  return chosen.map((name) => {
    const container = observed.get(name);
    if (container !== undefined) return { name, container };
    selectEnvironments(spec.environments, [name]);
    throw devenvError("ENVIRONMENT_NOT_UP", { name });
  });
}

function stopOne(context: OperationContext, environment: string, { id, state }: ContainerInfo): Promise<void> {
  return runStep(context, { environment, step: "container", text: "stopping" }, async () => {
    if (state === "paused") await context.engine.containers.unpause(id);
    await context.engine.containers.stop(id, graceSeconds);
    return { text: "stopped", value: undefined };
  });
}

/** Whether there was anything to do. */
async function startOne(context: OperationContext, plan: EnvironmentPlan, container: ContainerInfo): Promise<boolean> {
  const action = planAction(plan, container);
  if (action.kind === "keep" || (action.kind === "replace" && container.state === "running")) return false;
  if (action.kind === "replace") {
    const text = `started as it is, although it is stale: ${action.reasons.join(", ")}; \`devenv up\` makes it anew`;
    context.report({ kind: "warning", environment: plan.name, text });
  }
  await startContainer(context, plan, container);
  return true;
}

function resultOf({ spec }: OperationContext, changed: readonly Selected[]): LifecycleResult {
  return {
    project: spec.project,
    containers: changed.map(({ name, container }) => ({ name, container: container.name })),
  };
}
