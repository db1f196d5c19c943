/** What is known of running operations, from their events. Pure. */
import { stripVTControlCharacters } from "node:util";
import type { BuildEvent, StepNumber, TransferProgress } from "../../engine/engine.ts";
import type { ProgressEvent, StepName } from "../../env/operation.ts";
import { printSyncProgress } from "./format.ts";

export interface ProgressState {
  readonly environments: readonly EnvironmentProgress[];
  /** Warnings that concern no single environment. */
  readonly warnings: readonly string[];
}
export interface EnvironmentProgress {
  readonly name: string;
  readonly lines: readonly (StepProgress | WarningLine)[];
}
interface WarningLine {
  readonly kind: "warning";
  readonly text: string;
}
export interface StepProgress {
  readonly kind: "step";
  readonly step: StepName;
  readonly text: string;
  readonly status: "running" | "done" | "failed";
  /** Milliseconds, on the clock of the caller. */
  readonly startedAt: number;
  readonly durationMs: number | undefined;
  /** Build steps that run now, in the order they started. */
  readonly running: readonly RunningBuildStep[];
  readonly transfer: TransferProgress | undefined;
  /** The last line that a command inside printed. */
  readonly lastLine: string | undefined;
}
export interface RunningBuildStep {
  readonly step: string;
  readonly name: string;
  readonly number: StepNumber | undefined;
  readonly startedAt: number;
  /** The last line it printed. */
  readonly lastLine: string | undefined;
}

export const noProgress: ProgressState = { environments: [], warnings: [] };

export function advance(state: ProgressState, event: ProgressEvent, now: number): ProgressState {
  const { environment } = event;
  if (environment === undefined) {
    return event.kind === "warning" ? { ...state, warnings: [...state.warnings, event.text] } : state;
  }
  const known = state.environments.some(({ name }) => name === environment);
  const environments = known ? state.environments : [...state.environments, { name: environment, lines: [] }];
  return {
    ...state,
    environments: environments.map((one) => (one.name === environment ? advanceEnvironment(one, event, now) : one)),
  };
}

function advanceEnvironment(one: EnvironmentProgress, event: ProgressEvent, now: number): EnvironmentProgress {
  switch (event.kind) {
    case "warning":
      return { ...one, lines: [...one.lines, { kind: "warning", text: event.text }] };
    case "step-started":
      return { ...one, lines: [...one.lines, startedStep(event.step, event.text, now)] };
    default:
      return { ...one, lines: changeLast(one.lines, event.step, (step) => advanceStep(step, event, now)) };
  }
}

function startedStep(step: StepName, text: string, now: number): StepProgress {
  return {
    kind: "step",
    step,
    text,
    status: "running",
    startedAt: now,
    durationMs: undefined,
    running: [],
    transfer: undefined,
    lastLine: undefined,
  };
}

function changeLast(
  lines: EnvironmentProgress["lines"],
  step: StepName,
  change: (step: StepProgress) => StepProgress,
): EnvironmentProgress["lines"] {
  const last = lines.findLastIndex((line) => line.kind === "step" && line.step === step);
  return lines.map((line, index) => (index === last && line.kind === "step" ? change(line) : line));
}

type StepEvent = Exclude<ProgressEvent, { kind: "warning" } | { kind: "step-started" }>;

function advanceStep(step: StepProgress, event: StepEvent, now: number): StepProgress {
  switch (event.kind) {
    case "step-finished":
      return { ...step, status: "done", text: event.text, durationMs: event.durationMs, running: [] };
    case "step-failed":
      return { ...step, status: "failed", durationMs: event.durationMs, running: [] };
    case "transfer":
      return { ...step, transfer: event.progress };
    case "sync":
      return { ...step, lastLine: printSyncProgress(event.progress) };
    case "output":
      return { ...step, lastLine: lastLineOf(event.line) ?? step.lastLine };
    case "build":
      return { ...step, running: advanceBuild(step.running, event.event, now) };
  }
}

function advanceBuild(
  running: readonly RunningBuildStep[],
  event: BuildEvent,
  now: number,
): readonly RunningBuildStep[] {
  switch (event.kind) {
    case "step-started": {
      const { step, name, number } = event;
      const others = running.filter((one) => one.step !== step);
      return [...others, { step, name, number, startedAt: now, lastLine: undefined }];
    }
    case "step-finished":
      return running.filter(({ step }) => step !== event.step);
    case "log":
      return running.map((one) =>
        one.step === event.step ? { ...one, lastLine: lastLineOf(event.text) ?? one.lastLine } : one,
      );
    default:
      return running;
  }
}

/** The line that a terminal would show last: without escapes, after the last carriage return. */
function lastLineOf(text: string): string | undefined {
  const lines = stripVTControlCharacters(text).split(/[\r\n]+/);
  return lines.findLast((line) => line.trim() !== "")?.replaceAll("\t", " ");
}
