import { performance } from "node:perf_hooks";

import type { ContainerInfo } from "../engine/containers.ts";
import { ciRunState } from "../env/ci-runs.ts";
import { keepWorktrees, tellGit } from "../env/container/git.ts";
import { runHook } from "../env/container/hooks.ts";
import { checkRuns, type RunningContainer, whileRunning } from "../env/container/last-words.ts";
import { checkMounts } from "../env/container/mount-points.ts";
import { openSecrets, type Secrets, writeSecrets } from "../env/container/secrets.ts";
import { projectIdentity } from "../env/identity.ts";
import { ensureImage } from "../env/image/images.ts";
import { planLocked } from "../env/lock/plan-locked.ts";
import type { OperationContext } from "../env/operation.ts";
import { runStep } from "../env/step.ts";
import type { TaskPlan } from "../env/task.ts";
import { devenvError, type HookFailedDetails, isDevenvError } from "../errors.ts";
import { ownMark, writeMark } from "../host/process-mark.ts";
import { ciLabel, labelOf, projectIdLabel, projectLabel } from "../plan/labels.ts";
import { isOfCi } from "../plan/owned.ts";
import type { EnvironmentPlan } from "../plan/plan.ts";
import { chooseTask, type TaskChoice } from "./choose-task.ts";
import { type CiContainerRequest, copyWorkspace, createCiContainer } from "./container.ts";
import { runTask } from "./run-task.ts";

export interface CiOptions extends TaskChoice {
  /** Never write the lock. */
  readonly frozen?: boolean | undefined;
  /** Where the output of the task goes. */
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** What `ci --json` prints. */
export interface CiResult {
  readonly project: string;
  readonly environment: string;
  readonly task: string;
  readonly exitCode: number;
  /** Of the task and what it depends on. */
  readonly durationMs: number;
  readonly image: string;
  readonly fingerprint: string;
}

/**
 * Run a task in a container made for it alone, with a copy of the workspace, and take all of it away
 * again however the run ends. Several runs at once do not disturb each other.
 */
export async function ci(context: OperationContext, options: CiOptions): Promise<CiResult> {
  const task = chooseTask(context.spec, options);
  const plan = await planLocked(context, { names: [task.environment], frozen: options.frozen });
  const environment = plan.environments.find(({ name }) => name === task.environment);
  if (environment === undefined) throw new Error(`environment ${task.environment} was not planned`);
  await removeEnded(context);
  const { info } = await ensureImage(context, { plan, image: environment.image });
  const secrets = await openSecrets(context, environment.secrets);
  const mark = writeMark(await ownMark(context.host));
  const request = { plan, environment, image: info, mark };
  const id = await create(context, request);
  try {
    const { exitCode, durationMs } = await whileRunning(context.engine, containerOf(environment, id), async () => {
      await prepare(context, request, { id, secrets });
      return runSteps(context, { id, environment, task, options });
    });
    const { tag: image, fingerprint } = environment.image;
    const name = task.steps.at(-1)?.name ?? "";
    return {
      project: plan.project,
      environment: environment.name,
      task: name,
      exitCode,
      durationMs,
      image,
      fingerprint,
    };
  } finally {
    await remove(context, environment, id);
  }
}

/** What runs left that were killed; others do the same at the same time. */
async function removeEnded(context: OperationContext): Promise<void> {
  const { engine, spec, report } = context;
  const containers = await engine.containers.list({ [projectLabel]: spec.project, [ciLabel]: "" });
  const { known } = await projectIdentity(context);
  for (const container of containers) {
    const isOwn = isOfCi(container) && isOfProject(container, known);
    if (!isOwn || (await ciRunState(context, container)) !== "ended") continue;
    await engine.containers.remove(container.id).catch(() => undefined);
    report({ kind: "warning", text: `removed \`${container.name}\`, left by a \`devenv ci\` that was killed` });
  }
}

/** Versions before did not say which project of a name it was; what has ended holds nothing. */
function isOfProject({ labels }: ContainerInfo, known: ReadonlySet<string>): boolean {
  const id = labelOf(labels, projectIdLabel);
  return id === undefined || known.has(id);
}

function create(context: OperationContext, request: CiContainerRequest): Promise<string> {
  context.signal?.throwIfAborted();
  return runStep(context, { environment: request.environment.name, step: "container", text: "creating" }, async () => ({
    text: "created for this run",
    value: await createCiContainer(context, request),
  }));
}

interface Created {
  readonly id: string;
  readonly secrets: Secrets;
}

/** All that `up` would do before the task can run. */
async function prepare(
  context: OperationContext,
  request: CiContainerRequest,
  { id, secrets }: Created,
): Promise<void> {
  const { environment } = request;
  const { container, hooks } = environment;
  await runStep(context, { environment: environment.name, step: "workspace", text: "copying" }, async () => {
    await copyWorkspace(context, request, id);
    context.signal?.throwIfAborted();
    // a large workspace takes its time, in which the environment's own container may work on it
    await checkMounts(context, environment);
    await context.engine.containers.start(id);
    await keepWorktrees(context, { environment, id });
    await checkRuns(context.engine, containerOf(environment, id));
    return { text: `copied to ${container.workdir}`, value: undefined };
  });
  await tellGit(context, environment, { isCopy: true });
  await writeSecrets(context.engine, id, secrets);
  for (const name of ["create", "start"] as const) {
    const hook = hooks[name];
    if (hook === undefined) continue;
    await runHook(context, { environment, container: id, name, hook }).catch((error: unknown) => {
      if (!isDevenvError(error, "HOOK_FAILED")) throw error;
      throw devenvError("HOOK_FAILED", { ...(error.details as HookFailedDetails), isRemoved: true }, error);
    });
  }
}

interface TaskRun {
  readonly id: string;
  readonly environment: EnvironmentPlan;
  readonly task: TaskPlan;
  readonly options: CiOptions;
}

/** Up to the first that fails, whose exit code it is. */
async function runSteps(
  context: OperationContext,
  { id, environment, task, options: { stdout, stderr } }: TaskRun,
): Promise<Pick<CiResult, "exitCode" | "durationMs">> {
  const started = performance.now();
  const result = (exitCode: number) => ({ exitCode, durationMs: Math.round(performance.now() - started) });
  for (const { name, task: step } of task.steps) {
    const exitCode = await runStep(context, { environment: environment.name, step: "task", text: name }, async () => {
      const code = await runTask(context, { id, environment, task: step, stdout, stderr });
      return { text: code === 0 ? name : `${name}  exit code ${code}`, value: code };
    });
    if (exitCode === 0) continue;
    await checkRuns(context.engine, containerOf(environment, id));
    return result(exitCode);
  }
  return result(0);
}

function containerOf({ name }: EnvironmentPlan, id: string): RunningContainer {
  return { environment: name, id, fate: "removed" };
}

/** A run that ended well stays so; the next one, and `prune`, try again. */
async function remove({ engine, report }: OperationContext, environment: EnvironmentPlan, id: string): Promise<void> {
  try {
    await engine.containers.remove(id);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report({ kind: "warning", environment: environment.name, text: `the container stays behind: ${reason}` });
  }
}
