/** The rounds of a session, and the state that it is in. */
import { type Core, hasWork } from "./core.ts";
import { runRound } from "./round.ts";
import { SideError } from "./side.ts";
import { findCopies, type Phase } from "./status-of.ts";

export interface Loop {
  readonly phase: Phase;
  enter(phase: Phase): void;
  /** Begin rounds if there is something to do and none is under way. */
  wake(): void;
  /** Whether rounds may be made. */
  isActive(): boolean;
  /** Resolves when no round is under way. */
  rest(): Promise<void>;
  /** What is waited for is not done before another round than the one that has begun. */
  postpone(): void;
  /**
   * Resolves when there is nothing left to do, or nothing can be done. Where something changes all the time, as soon as a round
   * that began after the call did all that there was to do then.
   */
  quiet(): Promise<void>;
}

interface Waiting {
  readonly tell: () => void;
  /** Number of the last round that had begun by then. */
  after: number;
  /** By `performance.now`. */
  readonly since: number;
}

/** So long it is waited for that both sides are at rest. */
const patienceMs = 200;

export function createLoop(core: Core): Loop {
  const phase: Phase = { state: core.options.isPaused ? "paused" : "scanning" };
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let rounds = 0;
  const isActive = () => ["scanning", "syncing", "idle"].includes(phase.state);
  const isQuiet = () => !isActive() || (running === undefined && !hasWork(core) && !core.retries.isAnySoon());
  const tellQuiet = () => {
    if (isQuiet()) for (const { tell } of waiting.splice(0)) tell();
  };
  /** A round has ended that was the last one to begin. */
  const tellDone = () => {
    if (core.todo.size > 0 || core.retries.isAnySoon()) return;
    const now = performance.now();
    const isDone = ({ after, since }: Waiting) => rounds > after && now - since > patienceMs;
    const done = waiting.filter(isDone);
    for (const one of done) waiting.splice(waiting.indexOf(one), 1);
    for (const { tell } of done) tell();
  };
  const enter = (next: Phase) => {
    const isNew = phase.state !== next.state;
    Object.assign(phase, { halt: undefined, reason: undefined }, next);
    if (isNew) core.options.listener?.onStatus?.();
    tellQuiet();
  };
  const runRounds = async () => {
    try {
      while (isActive() && !core.isStopped && hasWork(core)) {
        rounds += 1;
        await round(core, { phase, enter, isActive });
        tellDone();
      }
    } catch (error) {
      core.lose(error instanceof SideError ? error.message : faultOf(error));
    }
    core.meter.reset();
    running = undefined;
    tellQuiet();
  };
  return {
    phase,
    enter,
    isActive,
    wake() {
      if (running === undefined && isActive() && !core.isStopped && hasWork(core)) running = runRounds();
    },
    postpone() {
      for (const one of waiting) one.after = rounds;
    },
    rest: async () => running,
    quiet: () =>
      isQuiet()
        ? Promise.resolve()
        : new Promise((tell) => waiting.push({ tell, after: rounds, since: performance.now() })),
  };
}

async function round(
  core: Core,
  { phase, enter, isActive }: Pick<Loop, "phase" | "enter" | "isActive">,
): Promise<void> {
  const isFirst = phase.state === "scanning";
  if (phase.state === "idle") enter({ state: "syncing" });
  const halt = await runRound(core);
  if (isFirst) findCopies(core);
  if (!isActive()) return;
  if (halt !== undefined) {
    core.log(`halted: the ${halt.side}'s folder is ${halt.kind}`);
    enter({ state: "halted", halt });
  } else if (!hasWork(core)) enter({ state: "idle" });
  core.options.listener?.onStatus?.();
}

function faultOf(error: unknown): string {
  return `a fault of devenv itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
