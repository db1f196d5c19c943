import type { ContainerInfo } from "../../engine/containers.ts";
import { nameInPhase, type Phase, phaseOf } from "../../plan/phase.ts";
import type { StartPlan } from "../../plan/plan.ts";
import type { KnownContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { applyDotfiles } from "./dotfiles.ts";
import { keepWorktrees } from "./git.ts";
import { runHook } from "./hooks.ts";
import { checkRuns, checkStillRuns, whileRunning } from "./last-words.ts";
import { checkMounts, makeMountPoints } from "./mount-points.ts";
import { rememberMounts } from "./mount-record.ts";
import { openSecrets, type Secrets, writeSecrets } from "./secrets.ts";
import { endShown } from "./shown-command.ts";
import { syncWorkspace } from "./sync.ts";

/** What of a container is needed to bring it to its end state. */
export interface Startable extends Pick<ContainerInfo, "id" | "name" | "state"> {
  /** Why one that runs is started anew: what is mounted in it is no longer what stands there. */
  readonly loose?: readonly string[] | undefined;
}

/** The phase in which a new container of an environment begins. */
export function firstPhase(environment: StartPlan): Phase {
  const { hooks, dotfiles } = environment;
  if (hooks.create !== undefined || dotfiles !== undefined) return "create";
  return startPhase(environment);
}

/** The phase in which one begins whose create hooks ran before. Secrets are gone with the memory of the container's last run. */
export function startPhase({ hooks, secrets }: StartPlan): Phase {
  return hooks.start === undefined && secrets.length === 0 ? "done" : "start";
}

/**
 * Start a container that is there, and run the hooks that are due. Its name says so until they have ended
 * well, so that a command that is interrupted anywhere is taken up by the next one.
 */
export async function startContainer(
  context: KnownContext,
  environment: StartPlan,
  container: Startable,
): Promise<void> {
  const { containers } = context.engine;
  const phase = phaseOf(container.name);
  const { loose = [] } = container;
  const runs = container.state === "running" && loose.length === 0;
  const isPaused = container.state === "paused";
  const due = phase === "done" && !runs && !isPaused ? startPhase(environment) : phase;
  const name = nameInPhase(environment.container.name, due);
  const secrets = await openSecrets(context, phaseOf(name) === "done" ? [] : environment.secrets);
  if (name !== container.name) await containers.rename(container.id, name);
  if (isPaused) await containers.unpause(container.id);
  else if (runs && due !== "done") await endShown(context.engine, container.id);
  else if (!runs) await startStopped(context, environment, container);
  await finishContainer(context, { environment, id: container.id, name, secrets });
}

/** The engine looks up what is mounted at each start; whatever runs in a container that has to give way for that ends. */
async function startStopped(
  context: KnownContext,
  environment: StartPlan,
  { id, loose = [] }: Startable,
): Promise<void> {
  const { containers } = context.engine;
  const isRestart = loose.length > 0;
  const step = {
    environment: environment.name,
    step: "container",
    text: isRestart ? "restarting" : "starting",
  } as const;
  await runStep(context, step, async () => {
    await checkMounts(context, environment);
    if (isRestart) {
      await containers.stop(id, graceSeconds);
      // what worked in it could change them until now
      await checkMounts(context, environment);
    }
    await makeMountPoints(context, environment);
    await rememberMounts(context, { environment, id });
    await containers.start(id);
    await checkRuns(context.engine, { environment: environment.name, id, fate: "stays" });
    const text = isRestart ? `restarted, what ran in it has ended (${loose.join(", ")})` : "started";
    return { text, value: undefined };
  });
}

/** Seconds that what works inside has to end by itself. */
const graceSeconds = 10;

export interface Running {
  readonly environment: StartPlan;
  readonly id: string;
  readonly name: string;
  readonly secrets: Secrets;
}

/** Secrets, workspace, dotfiles and hooks of a container that runs, up to its final name; throws CONTAINER_ENDS. */
export function finishContainer(context: KnownContext, running: Running): Promise<void> {
  const container = { environment: running.environment.name, id: running.id, fate: "stays" } as const;
  return whileRunning(context.engine, container, async () => {
    await bringToEnd(context, running);
    // a hook may have ended it without a failure of its own
    if (phaseOf(running.name) !== "done") await checkStillRuns(context.engine, container);
  });
}

async function bringToEnd(context: KnownContext, running: Running): Promise<void> {
  const { environment, id, name, secrets } = running;
  await writeSecrets(context.engine, id, secrets);
  await keepWorktrees(context, { environment, id });
  await syncWorkspace(context, { environment, id });
  let phase = phaseOf(name);
  const enter = async (next: Phase) => {
    if (next !== phase) await context.engine.containers.rename(id, nameInPhase(name, next));
    phase = next;
  };
  const due = phase;
  if (due === "create") await runCreation(context, running);
  const { start } = environment.hooks;
  if (due !== "done" && start !== undefined) {
    await enter("start");
    await runHook(context, { environment, container: id, name: "start", hook: start });
  }
  await enter("done");
}

async function runCreation(context: KnownContext, { environment, id }: Running): Promise<void> {
  const { hooks, dotfiles } = environment;
  if (dotfiles !== undefined) await applyDotfiles(context, { environment, container: id, dotfiles });
  if (hooks.create !== undefined) {
    await runHook(context, { environment, container: id, name: "create", hook: hooks.create });
  }
}
