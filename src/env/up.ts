import type { ContainerInfo } from "../engine/engine.ts";
import { type Action, planAction } from "../plan/diff.ts";
import type { ContainerPlan, EnvironmentPlan, Plan } from "../plan/plan.ts";
import { ensureImage } from "./images.ts";
import { observe, toObserved } from "./observe.ts";
import type { EnvironmentResult, OperationContext, UpResult } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";
import { runStep } from "./step.ts";

/** Keeps the container alive and does nothing; `exec` runs the work beside it. */
const idleCommand = ["tail", "-f", "/dev/null"];

/** Bring environments up: what is right already is kept, all else is built, created, started or replaced. */
export async function up(context: OperationContext, options: { names: readonly string[] }): Promise<UpResult> {
  const plan = await planProject(context);
  const selected = selectEnvironments(plan.environments, options.names);
  const observed = await observe(context.engine, plan.workspace.id);
  const environments: EnvironmentResult[] = [];
  for (const environment of selected) {
    environments.push(await bringUp(context, { plan, environment, observed: observed.get(environment.name) }));
  }
  return { project: plan.project, environments, services: [] };
}

interface Target {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  readonly observed: ContainerInfo | undefined;
}

async function bringUp(context: OperationContext, target: Target): Promise<EnvironmentResult> {
  const { environment, observed } = target;
  const action = planAction(environment, observed === undefined ? undefined : toObserved(observed));
  switch (action.kind) {
    case "keep":
      return result(environment, "kept", []);
    case "start":
      await start(context, environment, action.container.id);
      return result(environment, "started", ["the container was stopped"]);
    case "create":
    case "replace":
      await makeContainer(context, target, action);
      return result(environment, action.kind === "create" ? "created" : "recreated", action.reasons);
  }
}

async function start(context: OperationContext, { name }: EnvironmentPlan, id: string): Promise<void> {
  await runStep(context, { environment: name, step: "container", text: "starting" }, async () => {
    await context.engine.containers.start(id);
    return { text: "started", value: undefined };
  });
}

/** The image comes first: while it cannot be built, the container that is there stays as it is. */
async function makeContainer(context: OperationContext, { plan, environment }: Target, action: Action): Promise<void> {
  const { containers } = context.engine;
  await ensureImage(context, { plan, image: environment.image });
  const isReplaced = action.kind === "replace";
  const { workdir } = environment.container;
  const text = isReplaced ? "recreating" : "creating";
  await runStep(context, { environment: environment.name, step: "container", text }, async () => {
    if (isReplaced) await containers.remove(action.container.id);
    await createAndStart(context, environment);
    const done = isReplaced ? `recreated (${action.reasons.join(", ")})` : "created";
    return { text: `${done}, workspace bind-mounted at ${workdir}`, value: undefined };
  });
}

/** A container that cannot be started does not stay behind. */
async function createAndStart(
  { engine, signal }: OperationContext,
  { container, image }: EnvironmentPlan,
): Promise<void> {
  signal?.throwIfAborted();
  const id = await engine.containers.create(containerRequest(container, image.platform));
  try {
    await engine.containers.start(id);
  } catch (error) {
    await engine.containers.remove(id).catch(() => undefined);
    throw error;
  }
}

function containerRequest(container: ContainerPlan, platform: string) {
  const { name, image, workdir, env, labels, mounts, ports } = container;
  return { name, image, platform, command: idleCommand, workdir, env, labels, mounts, ports };
}

function result(
  { name, image, container }: EnvironmentPlan,
  action: EnvironmentResult["action"],
  reasons: readonly string[],
): EnvironmentResult {
  return {
    name,
    container: container.name,
    image: image.tag,
    fingerprint: image.fingerprint,
    state: "running",
    health: "none",
    action,
    reasons,
    ports: container.ports.map((port) => ({ container: port.container, host: port.host })),
  };
}
