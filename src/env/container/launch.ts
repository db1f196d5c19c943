import type { ContainerInfo, ContainerRequest } from "../../engine/containers.ts";
import type { ImageInfo } from "../../engine/engine.ts";
import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import { ownLabels, uidLabel, writePorts } from "../../plan/labels.ts";
import { nameInPhase, type Phase, phaseOf } from "../../plan/phase.ts";
import type { EnvironmentPlan, Plan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { checkRuns, idleCommand } from "./last-words.ts";
import { leaveVolume } from "./leave-volume.ts";
import { makeVolumes } from "./make-volumes.ts";
import { checkMounts, makeMountPoints } from "./mount-points.ts";
import { rememberMounts } from "./mount-record.ts";
import { choosePorts, rememberPorts } from "./port-memory.ts";
import { type AssignedPort, portTable } from "./ports.ts";
import { openSecrets } from "./secrets.ts";
import { finishContainer, startPhase } from "./start.ts";
import { type ContainerUser, containerUser, giveOwnership } from "./user.ts";
import { containerVariables } from "./variables.ts";
import { listVolumes, type PlacedVolume, placeVolumes } from "./volumes.ts";

/** A start that loses its port to another program tries with another one. */
const mostAttempts = 4;

export interface LaunchRequest {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  /** What it is made from: the environment's image, or a snapshot. */
  readonly image: ImageInfo & { readonly tag: string };
  /** Until its hooks have ended well. */
  readonly phase: Phase;
  /** Gives its place only once the new one runs. */
  readonly replaced: ContainerInfo | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Leave a volume behind also with files that the host does not have. */
  readonly force?: boolean | undefined;
}

export interface Launched {
  readonly id: string;
  readonly name: string;
  readonly ports: readonly AssignedPort[];
}

/**
 * Create and start the container of an environment. Where it takes another's place, that one stays whole
 * until the new one runs; a container that cannot be started does not stay behind.
 */
export async function launch(context: OperationContext, request: LaunchRequest): Promise<Launched> {
  const { engine } = context;
  const { plan, environment, image, replaced } = request;
  await checkMounts(context, environment);
  await makeMountPoints(context, environment);
  const known = await listVolumes(engine, plan);
  const leave = await leaveVolume(context, request, known);
  const user = await containerUser(engine, environment.container.user, image.user);
  const variables = await containerVariables(context, environment.container, image);
  const placed = placeVolumes(known, plan, { environment, uid: user.ids?.uid });
  await refuseForeign(context, request);
  const volumes = await makeVolumes(context, environment.name, placed);
  const lost = new Set<number>();
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(context, { plan, environment, replaced, known, lost });
    try {
      const launched = await replace(context, request, { volumes, user, ports, variables, leave });
      await rememberPorts(engine, { plan, environment, known, ports });
      return launched;
    } catch (error) {
      const port = isDevenvError(error, "PORT_IN_USE") ? lostPort(error) : undefined;
      if (port === undefined || lost.has(port) || attempt === mostAttempts) throw error;
      lost.add(port);
    }
  }
}

function lostPort({ details }: DevenvError): number | undefined {
  return (details as { readonly port?: number }).port;
}

/** While the hooks run the container has another name than the one that it will have. */
async function refuseForeign({ engine }: OperationContext, request: LaunchRequest): Promise<void> {
  const { name } = request.environment.container;
  const { phase, replaced } = request;
  if (phase === "done" || (replaced !== undefined && nameInPhase(replaced.name, "done") === name)) return;
  if (await engine.containers.exists(name)) throw devenvError("CONTAINER_NAME_TAKEN", { name });
}

interface Parts {
  readonly volumes: readonly PlacedVolume[];
  readonly user: ContainerUser;
  readonly ports: readonly AssignedPort[];
  readonly variables: Readonly<Record<string, string>>;
  /** To be called when what was there works no more. */
  leave(): Promise<void>;
}

async function replace(context: OperationContext, request: LaunchRequest, parts: Parts): Promise<Launched> {
  const { engine, signal } = context;
  const { replaced } = request;
  signal?.throwIfAborted();
  if (replaced === undefined) return createAndStart(context, request, parts);
  await engine.containers.rename(replaced.id, nameInPhase(replaced.name, "old"));
  try {
    const launched = await createAndStart(context, request, parts);
    await engine.containers.remove(replaced.id);
    return launched;
  } catch (error) {
    await restore(context, request.environment, replaced);
    throw error;
  }
}

/** Started as it is, it would be given what a link leads to; the failure that led here tells. */
function canMount(context: OperationContext, environment: EnvironmentPlan): Promise<boolean> {
  return checkMounts(context, environment).then(
    () => true,
    () => false,
  );
}

/** As it was before: one that was stopped already has lost its secrets, and its start hook is due again. */
async function restore(
  context: OperationContext,
  environment: EnvironmentPlan,
  replaced: ContainerInfo,
): Promise<void> {
  const { containers } = context.engine;
  const { id, state } = replaced;
  const now = (await containers.list(replaced.labels)).find((one) => one.id === id)?.state;
  const wasStopped = state === "running" && now !== "running";
  const isDone = phaseOf(replaced.name) === "done";
  const name = wasStopped && isDone ? nameInPhase(replaced.name, startPhase(environment)) : replaced.name;
  await containers.rename(id, name);
  if (!wasStopped || !(await canMount(context, environment))) return;
  await containers.start(id);
  if (!isDone) return;
  const secrets = openSecrets(context, environment.secrets);
  // where this fails its name says what is due, and the failure that led here is the one to be told
  await secrets.then((values) => finishContainer(context, { environment, id, name, secrets: values })).catch(() => {});
}

async function createAndStart(context: OperationContext, request: LaunchRequest, parts: Parts): Promise<Launched> {
  const { containers } = context.engine;
  const { environment, image, replaced } = request;
  const create = containerRequest(request, parts);
  const { id, warnings } = await containers.create(create);
  for (const text of warnings) context.report({ kind: "warning", environment: environment.name, text });
  try {
    const plan = environment.container;
    const helper = { name: `${plan.name}.image`, labels: ownLabels(image.labels, plan.labels) };
    await giveOwnership(context, { id, plan, image, user: parts.user, volumes: parts.volumes, helper });
    context.signal?.throwIfAborted();
    if (replaced !== undefined) await containers.stop(replaced.id, stopSeconds);
    await parts.leave();
    // what worked in the one before could change them until now
    await checkMounts(context, environment);
    await rememberMounts(context, { environment, id, replaced: replaced?.id });
    await containers.start(id);
    const fate = replaced === undefined ? "removed" : "replaced";
    await checkRuns(context.engine, { environment: environment.name, id, fate });
    return { id, name: create.name, ports: parts.ports };
  } catch (error) {
    await containers.remove(id).catch(() => undefined);
    throw error;
  }
}

/** What works in it has nothing to save that it could not lose at any time. */
const stopSeconds = 2;

function containerRequest(request: LaunchRequest, { volumes, user, ports, variables }: Parts): ContainerRequest {
  const { environment, image, phase } = request;
  const { container } = environment;
  return {
    name: nameInPhase(container.name, phase),
    image: image.tag,
    platform: environment.image.platform,
    command: idleCommand,
    workdir: container.workdir,
    env: { ...portVariables(ports), ...variables },
    labels: ownLabels(image.labels, {
      ...container.labels,
      ...writePorts(portTable(ports)),
      [uidLabel]: String(user.ids?.uid ?? ""),
      ...request.labels,
    }),
    mounts: [...container.mounts, ...volumes],
    tmpfs: container.tmpfs,
    ports,
    user: user.user,
    limits: container.limits,
    devices: container.devices,
    capAdd: container.capAdd,
    securityOpt: container.securityOpt,
    gpus: container.gpus,
  };
}

function portVariables(ports: readonly AssignedPort[]): Readonly<Record<string, string>> {
  return Object.fromEntries(ports.map(({ container, host }) => [`DEVENV_PORT_${container}`, String(host)]));
}
