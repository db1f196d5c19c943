/** A container that ends when it should stay up: why, in its own words. */
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerEnd } from "../../engine/containers.ts";
import type { Engine } from "../../engine/engine.ts";
import { type ContainerEndsDetails, devenvError, isDevenvError } from "../../errors.ts";
import { eachLine } from "../../host/each-line.ts";

/** Keeps the container alive and does nothing; `exec` runs the work beside it. */
export const idleCommand = ["tail", "-f", "/dev/null"];

/** Of what a container that ended printed. */
const lastLines = 20;
/** That the engine may take to see that the first process has ended. */
const settleMs = 5000;

export interface RunningContainer {
  readonly environment: string;
  readonly id: string;
  readonly fate: ContainerEndsDetails["fate"];
}

/**
 * See that a container that was just started stays up; throws CONTAINER_ENDS. The engine's own first process
 * starts also where the command is not in the image, and ends a moment later: whether it can be run is tried.
 */
export async function checkRuns(engine: Engine, container: RunningContainer): Promise<void> {
  const end = await findEnd(engine, container.id);
  if (end !== undefined) throw await endedError(engine, container, end);
}

async function canIdle(engine: Engine, id: string): Promise<boolean> {
  const [program = ""] = idleCommand;
  try {
    const running = await engine.containers.exec(id, { command: [program, "/dev/null"] });
    running.stdout.resume();
    running.stderr.resume();
    running.stdin.end();
    return (await running.exitCode()) === 0;
  } catch (error) {
    if (isDevenvError(error, "CONTAINER_NOT_RUNNING") || isDevenvError(error, "ENGINE_FAILED")) return false;
    throw error;
  }
}

/** Some work in a container that runs. Where that ended meanwhile, its own end is what is told, not what came of it. */
export async function whileRunning<Value>(
  engine: Engine,
  container: RunningContainer,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (isDevenvError(error, "CONTAINER_ENDS")) throw error;
    const end = await findEnd(engine, container.id).catch(() => undefined);
    throw end === undefined ? error : await endedError(engine, container, end, error);
  }
}

/** Throws CONTAINER_ENDS where the engine knows that a container does not run any more. One call. */
export async function checkStillRuns(engine: Engine, container: RunningContainer): Promise<void> {
  const end = await engine.containers.ended(container.id);
  if (end !== undefined) throw await endedError(engine, container, end);
}

/** How a container ended; undefined while it runs. The engine may call a container running for a moment after its processes were ended with it. */
export async function findEnd(engine: Engine, id: string): Promise<ContainerEnd | undefined> {
  if (await canIdle(engine, id)) return undefined;
  for (let waitedMs = 0; ; waitedMs += 50) {
    const end = await engine.containers.ended(id);
    if (end !== undefined || waitedMs >= settleMs) return end;
    await delay(50);
  }
}

async function endedError(engine: Engine, container: RunningContainer, end: ContainerEnd, cause?: unknown) {
  const { environment, id, fate } = container;
  const { started, ...how } = end;
  const output = end.state === "gone" ? [] : await readLastLines(engine, id, started).catch(() => []);
  return devenvError("CONTAINER_ENDS", { environment, command: idleCommand.join(" "), ...how, output, fate }, cause);
}

/** Hardly of the runs before, and each line once: one that is tried again soon says the same again. */
async function readLastLines(engine: Engine, id: string, started: number | undefined): Promise<readonly string[]> {
  const { stdout, stderr } = await engine.containers.logs(id, {
    follow: false,
    tail: lastLines,
    since: started && started - 1,
  });
  const lines = new Set<string>();
  const take = (line: string) => void lines.add(line);
  await Promise.all([eachLine(stdout, take), eachLine(stderr, take)]);
  return [...lines];
}
