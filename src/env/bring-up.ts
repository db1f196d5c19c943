import type { ContainerInfo } from "../engine/containers.ts";
import { isDevenvError } from "../errors.ts";
import { type Action, planAction } from "../plan/diff.ts";
import { readPorts, snapshotLabel } from "../plan/labels.ts";
import { nameBefore } from "../plan/phase.ts";
import type { EnvironmentPlan, Plan } from "../plan/plan.ts";
import type { Settled } from "../plan/settle.ts";
import { isMadeFrom } from "../plan/snapshot.ts";
import { keepWorktrees, tellGit } from "./container/git.ts";
import { type LaunchRequest, launch } from "./container/launch.ts";
import { adoptMounts, looseMounts, readMountRecords } from "./container/mount-record.ts";
import { portKey } from "./container/ports.ts";
import { openSecrets } from "./container/secrets.ts";
import { finishContainer, firstPhase, startContainer } from "./container/start.ts";
import { keepInStep } from "./container/sync.ts";
import { ensureImage } from "./image/images.ts";
import { movedReason } from "./moved.ts";
import type { EnvironmentResult, OperationContext } from "./operation.ts";
import type { SnapshotSource } from "./snapshot/source.ts";
import { runStep } from "./step.ts";

export interface Target {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  readonly observed: Settled<ContainerInfo> | undefined;
  /** The container that this environment had where the workspace was before. */
  readonly moved: ContainerInfo | undefined;
  /** Undefined: the config's image. */
  readonly source: SnapshotSource | undefined;
  /** Leave volumes behind also with files that the host does not have. */
  readonly force?: boolean | undefined;
}

/** Take an environment from what is observed to what is planned, one that an interrupted command left half-way too. */
export async function bringUp(context: OperationContext, target: Target): Promise<EnvironmentResult> {
  const { environment, moved } = target;
  const container = await clearLeftovers(context, target.observed);
  const { source } = target;
  if (source !== undefined && isDue(source, environment, container)) {
    return makeFrom(context, source, { ...target, container: container ?? moved });
  }
  if (container === undefined && moved !== undefined) return moveHere(context, { ...target, container: moved });
  const loose =
    container && looseMounts(readMountRecords({ host: context.host, root: context.spec.root }), container.id);
  const action = planAction(environment, container, loose);
  switch (action.kind) {
    case "create":
    case "replace":
      return make(context, { ...target, source: undefined, container, action });
    case "keep":
      return keepOrMake(context, { ...target, container: container as ContainerInfo });
    default:
      return startAgain(context, { ...target, container: container as ContainerInfo, loose, reasons: action.reasons });
  }
}

/** What is mounted in it would not be found again at the next start. */
function moveHere(context: OperationContext, target: Target & { readonly container: ContainerInfo }) {
  const { container } = target;
  const reasons = [movedReason(container)];
  return make(context, { ...target, source: undefined, action: { kind: "replace", container, reasons } });
}

function isDue(
  { snapshot, always }: SnapshotSource,
  environment: EnvironmentPlan,
  container: ContainerInfo | undefined,
): boolean {
  if (always || container === undefined || !isMadeFrom(container, snapshot)) return true;
  return planAction(environment, container).kind === "replace";
}

function makeFrom(
  context: OperationContext,
  source: SnapshotSource,
  target: Target & { readonly container: ContainerInfo | undefined },
): Promise<EnvironmentResult> {
  const { container } = target;
  const reasons = [`from snapshot \`${source.snapshot.name}\``];
  const action: MakeTarget["action"] =
    container === undefined ? { kind: "create", reasons } : { kind: "replace", container, reasons };
  return make(context, { ...target, source, action });
}

/** Remove what is half-made; a container that gave way to one that never ran gets its name back. */
async function clearLeftovers(
  { engine }: OperationContext,
  observed: Settled<ContainerInfo> | undefined,
): Promise<ContainerInfo | undefined> {
  await Promise.all((observed?.leftovers ?? []).map(({ id }) => engine.containers.remove(id)));
  const container = observed?.container;
  if (container === undefined) return undefined;
  const name = nameBefore(container.name);
  if (name === container.name) return container;
  await engine.containers.rename(container.id, name);
  return { ...container, name };
}

/** One that is right already. */
export async function keep(
  context: OperationContext,
  environment: EnvironmentPlan,
  container: ContainerInfo | undefined,
): Promise<EnvironmentResult> {
  if (container !== undefined) {
    await keepInStep(context, { environment, id: container.id });
    await keepWorktrees(context, { environment, id: container.id });
    await adoptMounts(context, { environment, id: container.id });
  }
  return describeResult(environment, container, { action: "kept", reasons: [] });
}

interface StartTarget extends Target {
  readonly container: ContainerInfo;
  readonly loose: readonly string[] | undefined;
  readonly reasons: readonly string[];
}

async function startAgain(context: OperationContext, target: StartTarget): Promise<EnvironmentResult> {
  const { environment, container, reasons, loose } = target;
  try {
    await startContainer(context, environment, { ...container, loose });
    return describeResult(environment, container, { action: "started", reasons });
  } catch (error) {
    return makeInstead(context, target, error);
  }
}

async function keepOrMake(
  context: OperationContext,
  target: Target & { readonly container: ContainerInfo },
): Promise<EnvironmentResult> {
  try {
    return await keep(context, target.environment, target.container);
  } catch (error) {
    return makeInstead(context, target, error);
  }
}

/** Where a port was taken meanwhile, or a volume is gone, the container is made anew: it cannot be given another one. */
async function makeInstead(
  context: OperationContext,
  target: Target & { readonly container: ContainerInfo },
  error: unknown,
): Promise<EnvironmentResult> {
  const { container } = target;
  const reason = whyAnew(error);
  if (reason === undefined) throw error;
  const observed = await context.engine.containers.list(container.labels);
  const current = observed.find(({ id }) => id === container.id) ?? container;
  const { sourceOf } = await import("./snapshot/source.ts");
  const source = await sourceOf(context, container);
  const action = { kind: "replace", container, reasons: [reason] } as const;
  return make(context, { ...target, source, container: current, action });
}

function whyAnew(error: unknown): string | undefined {
  if (isDevenvError(error, "SYNC_VOLUME_MISSING")) return "the volume of its workspace is gone";
  if (!isDevenvError(error, "PORT_IN_USE")) return undefined;
  const { port } = error.details as { readonly port?: number };
  return `port ${port ?? ""} is taken`.replace("  ", " ");
}

interface MakeTarget extends Target {
  readonly container: ContainerInfo | undefined;
  readonly action: Exclude<Action, { readonly kind: "start" | "restart" | "resume" | "keep" }>;
}

/** The image comes first: while it cannot be built, the container that is there stays as it is. */
async function make(context: OperationContext, target: MakeTarget): Promise<EnvironmentResult> {
  const { plan, environment, container, action, force } = target;
  const made = await prepare(context, target);
  const secrets = await openSecrets(context, environment.secrets);
  const isReplaced = action.kind === "replace";
  const text = isReplaced ? "recreating" : "creating";
  const launched = await runStep(context, { environment: environment.name, step: "container", text }, async () => {
    const value = await launch(context, { plan, environment, ...made, replaced: container, force });
    const done = isReplaced ? `recreated (${action.reasons.join(", ")})` : "created";
    return { text: `${done}, ${workspaceText(environment)}`, value };
  });
  await tellGit(context, environment);
  await finishContainer(context, { environment, id: launched.id, name: launched.name, secrets });
  const ports = launched.ports.map((port) => ({ container: port.container, host: port.host }));
  const result = { action: isReplaced ? ("recreated" as const) : ("created" as const), reasons: action.reasons };
  return { ...describeResult(environment, undefined, result), image: made.image.tag, ports };
}

function workspaceText({ container: { workdir, workspace } }: EnvironmentPlan): string {
  return workspace.mode === "bind" ? `workspace bind-mounted at ${workdir}` : `workspace in a volume at ${workdir}`;
}

async function prepare(
  context: OperationContext,
  { plan, environment, source }: Target,
): Promise<Pick<LaunchRequest, "image" | "phase" | "labels">> {
  if (source !== undefined) {
    const { openSnapshot } = await import("./snapshot/source.ts");
    return openSnapshot(context, environment, source.snapshot);
  }
  const { info } = await ensureImage(context, { plan, image: environment.image });
  return { image: info, phase: firstPhase(environment) };
}

/** One environment that is up, as `up --json` prints it. */
export function describeResult(
  { name, image, container }: EnvironmentPlan,
  observed: ContainerInfo | undefined,
  result: Pick<EnvironmentResult, "action" | "reasons">,
): EnvironmentResult {
  const given = readPorts(observed?.labels ?? {});
  return {
    name,
    container: container.name,
    image: observed?.labels[snapshotLabel] ? observed.image : image.tag,
    fingerprint: image.fingerprint,
    state: "running",
    health: observed?.health ?? "none",
    ...result,
    ports: container.ports.map((port) => ({ container: port.container, host: given[portKey(port)] ?? port.host })),
  };
}
