/** Times of whole processes: side by side, in turns, after a warm-up. */
import { spawnSync } from "node:child_process";

/** A command line with its folder. */
export interface Run {
  readonly argv: readonly string[];
  readonly cwd: string;
}

/** What is timed in turns with its peers: runs one after another in every round. */
export interface Contestant {
  readonly name: string;
  readonly run: Run;
  /** Undone after each timed run, untimed. */
  readonly undo?: Run | undefined;
  /** Done before each timed run, untimed. */
  readonly prepare?: Run | undefined;
}

export interface Timing {
  readonly name: string;
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly rounds: number;
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly warmUps: number;
}

/** In each round every contestant runs once, so that what slows the machine down slows all of them. */
export function measure(contestants: readonly Contestant[], { rounds, warmUps }: MeasureOptions): readonly Timing[] {
  const times = contestants.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, contestant] of shuffled(contestants)) {
      const ms = timeOnce(contestant);
      if (round >= 0) times[index]?.push(ms);
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    medianMs: quantile(times[index] ?? [], 0.5),
    p90Ms: quantile(times[index] ?? [], 0.9),
    rounds,
  }));
}

/** Another order in every round: nobody always runs in the aftermath of the same neighbour. */
function shuffled(contestants: readonly Contestant[]): readonly (readonly [number, Contestant])[] {
  return contestants
    .map((contestant, index) => ({ entry: [index, contestant] as const, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ entry }) => entry);
}

function timeOnce({ run, prepare, undo }: Contestant): number {
  if (prepare !== undefined) runOnce(prepare);
  const startedAt = performance.now();
  runOnce(run);
  const ms = performance.now() - startedAt;
  if (undo !== undefined) runOnce(undo);
  return ms;
}

/** Its stdout; a command that fails ends the bench, since its time would mean nothing. */
export function runOnce({ argv, cwd }: Run): string {
  const [program = "", ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${argv.join(" ")} failed (${error?.message ?? status}):\n${stdout}${stderr}`);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
