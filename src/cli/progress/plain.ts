/** Progress as lines that only ever append: one for each finished step, and with `verbose` all of a build. */
import { stripVTControlCharacters } from "node:util";
import type { BuildEvent, StepNumber } from "../../engine/engine.ts";
import type { ProgressEvent } from "../../env/operation.ts";
import { stepTitle } from "../../plan/step-title.ts";
import { printDuration, printSyncProgress } from "./format.ts";

/** How often a sync that takes long tells how far it is. */
const syncEveryMs = 5_000;

/** Reports events as lines, without their line ends. `now` in milliseconds, on any clock. */
export function plainReporter(
  verbose: boolean,
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): (event: ProgressEvent) => void {
  const places = new Map<string, string>();
  let told = now();
  const isDue = () => {
    if (now() - told < syncEveryMs) return false;
    told = now();
    return true;
  };
  const linesOf = (event: ProgressEvent): readonly (string | undefined)[] => {
    if (event.kind === "sync") return isDue() ? [syncLine(event)] : [];
    if (event.kind !== "build") return [plainLine(event)];
    return verbose ? buildLines(event.event, places).map((line) => `${event.environment}  ${line}`) : [];
  };
  return (event) => {
    if (event.kind === "step-started") told = now();
    for (const line of linesOf(event)) if (line !== undefined) write(line);
  };
}

function plainLine(event: Exclude<ProgressEvent, { kind: "build" | "sync" }>): string | undefined {
  switch (event.kind) {
    case "step-finished":
      return stepLine(event, event.text);
    case "step-failed":
      return stepLine(event, "failed");
    case "output":
      return outputLine(event);
    case "warning":
      return event.environment === undefined
        ? `warning: ${event.text}`
        : `${event.environment}  ${"warning".padEnd(9)}  ${event.text}`;
    default:
      return undefined;
  }
}

function syncLine({ environment, step, progress }: Extract<ProgressEvent, { kind: "sync" }>): string {
  return `${environment}  ${step.padEnd(9)}  ${printSyncProgress(progress)}`;
}

function outputLine({ environment, step, source, line }: Extract<ProgressEvent, { kind: "output" }>): string {
  const prefix = source === undefined ? "" : `${source} `;
  return `${environment}  ${step.padEnd(9)}  ${prefix}| ${stripVTControlCharacters(line)}`;
}

function stepLine({ environment, step, durationMs }: Extract<ProgressEvent, { durationMs: number }>, text: string) {
  const time = printDuration(durationMs);
  return `${environment}  ${step.padEnd(9)}  ${text}${time === "" ? "" : `  ${time}`}`;
}

function buildLines(event: BuildEvent, places: Map<string, string>): readonly string[] {
  switch (event.kind) {
    case "step-started":
      places.set(event.step, printNumber(event.number) ?? event.name);
      return [title(event)];
    case "step-finished":
      return [`${title(event)}  ${outcome(event)}`];
    case "log":
      return stripVTControlCharacters(event.text)
        .replace(/[\r\n]+$/, "")
        .split(/[\r\n]+/)
        .map((line) => `${places.get(event.step) ?? ""} | ${line}`);
    case "warning":
      return [`warning: ${event.text}`];
    case "transfer":
      return [];
  }
}

function title({ name, number }: { readonly name: string; readonly number?: StepNumber }): string {
  const place = printNumber(number);
  return place === undefined ? stepTitle(name) : `${place} ${stepTitle(name)}`;
}

function printNumber(number: StepNumber | undefined): string | undefined {
  return number === undefined ? undefined : `[${number.index}/${number.total}]`;
}

function outcome(event: Extract<BuildEvent, { kind: "step-finished" }>): string {
  if (event.error !== undefined) return "failed";
  return event.cached ? "cached" : `done ${printDuration(event.durationMs)}`.trimEnd();
}
