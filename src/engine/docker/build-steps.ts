/** Turns BuildKit's reports on its graph into one start and one finish a step, with the output between. */
import type { BuildEvent } from "../engine.ts";
import { type FailedStep, keptLines } from "./build-failure.ts";
import type { BuildStatus, Vertex, VertexLog } from "./buildkit-messages.ts";
import { cutLines, type LineCutter } from "./log-lines.ts";
import { parseStepName, type StepName } from "./step-name.ts";

export interface BuildSteps {
  update(status: BuildStatus): void;
  /** Finish every step that started; returns the one that made the build fail with this error, if a step did. */
  end(error: string | undefined): FailedStep | undefined;
}

export function trackSteps(onEvent: (event: BuildEvent) => void): BuildSteps {
  const steps: Steps = new Map();
  const tracking = { steps, onEvent };
  return {
    update: (status) => {
      for (const vertex of status.vertexes) stepOf(steps, vertex);
      // Output comes before a finish that the same message reports.
      for (const log of status.logs) addLog(steps.get(log.vertex), log, tracking);
      for (const { vertex, ...transfer } of status.transfers) onEvent({ kind: "transfer", step: vertex, ...transfer });
      for (const vertex of status.vertexes) advance(stepOf(steps, vertex), vertex, tracking);
      for (const text of status.warnings) onEvent({ kind: "warning", text });
    },
    end: (error) => {
      for (const step of steps.values()) {
        finish(step, tracking);
        flush(step, tracking);
      }
      return failedStep([...steps.values()], error);
    },
  };
}

type Steps = Map<string, Step>;

interface Step extends StepName {
  readonly digest: string;
  readonly inputs: readonly string[];
  /** A paused step has stopped but may go on: BuildKit reports the reckoning of a cache key like a run. */
  state: "new" | "running" | "paused" | "finished";
  announced: boolean;
  cached: boolean;
  error: string;
  startedMs: number;
  durationMs: number;
  readonly cutters: Readonly<Record<VertexLog["stream"], LineCutter>>;
  readonly output: string[];
}

interface Tracking {
  readonly steps: Steps;
  onEvent(event: BuildEvent): void;
}

function stepOf(steps: Steps, vertex: Vertex): Step {
  const known = steps.get(vertex.digest);
  if (known !== undefined) return known;
  const step: Step = {
    ...parseStepName(vertex.name),
    digest: vertex.digest,
    inputs: vertex.inputs,
    state: "new",
    announced: false,
    cached: false,
    error: "",
    startedMs: Number.NaN,
    durationMs: 0,
    cutters: { stdout: cutLines(), stderr: cutLines() },
    output: [],
  };
  steps.set(vertex.digest, step);
  return step;
}

function advance(step: Step, vertex: Vertex, tracking: Tracking): void {
  const { started, completed, cached, error } = vertex;
  if (started === undefined || step.state === "finished") return;
  if (step.startedMs !== started) {
    step.startedMs = started;
    step.state = "running";
    if (!cached) run(step, tracking);
  }
  if (completed === undefined || step.state !== "running") return;
  step.state = "paused";
  step.cached = cached;
  step.error = error;
  step.durationMs += completed - started;
  if (error !== "" || (!cached && step.inputs.length > 0)) finish(step, tracking);
}

/** A step that runs has all it needs: its inputs are done, and so is the loading of Dockerfile and metadata. */
function run(step: Step, tracking: Tracking): void {
  if (step.inputs.length > 0) {
    for (const other of tracking.steps.values()) {
      const isLoaded = other.inputs.length === 0 && other.state === "paused";
      if (isLoaded || step.inputs.includes(other.digest)) finish(other, tracking);
    }
  }
  announce(step, tracking);
}

function finish(step: Step, tracking: Tracking): void {
  if (step.state === "new" || step.state === "finished") return;
  const { digest, cached, durationMs, error } = step;
  step.state = "finished";
  for (const input of step.inputs) {
    const before = tracking.steps.get(input);
    if (before !== undefined) finish(before, tracking);
  }
  announce(step, tracking);
  flush(step, tracking);
  const failure = error === "" ? {} : { error };
  tracking.onEvent({ kind: "step-finished", step: digest, ...nameOf(step), cached, durationMs, ...failure });
}

function announce(step: Step, { onEvent }: Tracking): void {
  if (step.announced) return;
  step.announced = true;
  onEvent({ kind: "step-started", step: step.digest, ...nameOf(step) });
}

function addLog(step: Step | undefined, { stream, data }: VertexLog, tracking: Tracking): void {
  if (step === undefined) return;
  if (!step.announced) run(step, tracking);
  printLines(step, { stream, lines: step.cutters[stream].push(data) }, tracking);
}

/** Print what is left of the last line. */
function flush(step: Step, tracking: Tracking): void {
  for (const stream of ["stdout", "stderr"] as const) {
    printLines(step, { stream, lines: step.cutters[stream].end() }, tracking);
  }
}

interface Printed {
  readonly stream: VertexLog["stream"];
  readonly lines: readonly string[];
}

function printLines(step: Step, { stream, lines }: Printed, { onEvent }: Tracking): void {
  for (const text of lines) onEvent({ kind: "log", step: step.digest, stream, text });
  step.output.push(...lines);
  step.output.splice(0, step.output.length - keptLines);
}

/** Steps that were cancelled because another failed have an error too; the build's error repeats the one of the culprit. */
function failedStep(steps: readonly Step[], error: string | undefined): FailedStep | undefined {
  const failed = steps.filter((step) => step.error !== "");
  const step = failed.find((candidate) => error?.includes(candidate.error)) ?? failed[0];
  return step === undefined ? undefined : { ...nameOf(step), error: step.error, output: step.output };
}

function nameOf({ name, number }: Step): StepName {
  return number === undefined ? { name } : { name, number };
}
