/** The picture of running operations on a terminal. Pure: the same state and view give the same text. */

import { stepTitle } from "../../plan/step-title.ts";
import type { Style } from "../style.ts";
import { clip, printDuration, printMegabytes } from "./format.ts";
import type { EnvironmentProgress, ProgressState, RunningBuildStep, StepProgress } from "./state.ts";

export interface View {
  /** Milliseconds, on the clock of the state. */
  readonly now: number;
  readonly columns: number;
  readonly style: Style;
  readonly project: string;
  /** Name of the config file. */
  readonly configFile: string;
}

/** Wider lines are hard to read across. */
const widest = 80;
const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const spinnerIntervalMs = 80;
/** Parallel build steps shown at once; more would push the finished lines off the screen. */
const mostRunning = 4;
const labelWidth = 11;
const indent = " ".repeat(4 + labelWidth);

export function frame(state: ProgressState, view: View): string {
  const lines = [
    ...state.warnings.map((text) => warningLine(text, view)),
    ...state.environments.flatMap((environment) => environmentLines(environment, view)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function environmentLines({ name, lines }: EnvironmentProgress, view: View): readonly string[] {
  return [
    heading(name, view),
    ...lines.flatMap((line) => (line.kind === "warning" ? [warningLine(line.text, view)] : stepLines(line, view))),
  ];
}

function heading(environment: string, { columns, style, project, configFile }: View): string {
  const title = `${project} · ${environment}`;
  const gap = widthFor(columns) - title.length - configFile.length;
  return gap < 2 ? style.bold(title) : `${style.bold(title)}${" ".repeat(gap)}${style.dim(configFile)}`;
}

function warningLine(text: string, { style }: View): string {
  return `  ${style.yellow("!")} ${text}`;
}

function stepLines(step: StepProgress, view: View): readonly string[] {
  const shown = step.running.slice(-mostRunning);
  const { status, lastLine } = step;
  const printed = status === "running" && lastLine !== undefined ? [outputLine(lastLine, view)] : [];
  return [stepLine(step, view), ...printed, ...shown.flatMap((one) => buildLines(one, view))];
}

function outputLine(line: string, { style, columns }: View): string {
  return `${indent}${style.dim(clip(`  ${line}`, widthFor(columns) - indent.length))}`;
}

function stepLine(step: StepProgress, view: View): string {
  const { style, columns, now } = view;
  const time = printDuration(step.durationMs ?? now - step.startedAt);
  const text = clip(step.text + transferText(step), widthFor(columns) - indent.length - time.length - 2);
  const gap = widthFor(columns) - indent.length - [...text].length - time.length;
  const end = time === "" ? "" : `${" ".repeat(Math.max(2, gap))}${style.dim(time)}`;
  return `  ${mark(step, view)} ${step.step.padEnd(labelWidth)}${text}${end}`;
}

function transferText({ status, transfer }: StepProgress): string {
  if (status !== "running" || transfer === undefined || transfer.total === 0) return "";
  return `  ${printMegabytes(transfer.current)} of ${printMegabytes(transfer.total)}`;
}

function mark({ status }: StepProgress, { style, now }: View): string {
  if (status === "done") return style.green("✔");
  if (status === "failed") return style.red("✖");
  return style.cyan(spinner[Math.floor(now / spinnerIntervalMs) % spinner.length] ?? "");
}

function buildLines({ name, number, startedAt, lastLine }: RunningBuildStep, view: View): readonly string[] {
  const { columns, style, now } = view;
  const width = widthFor(columns) - indent.length;
  const time = printDuration(now - startedAt);
  const place = number === undefined ? "" : `${number.index}/${number.total} `;
  const text = clip(`${place}${stepTitle(name)}`, width - time.length - 2);
  const gap = Math.max(2, width - [...text].length - time.length);
  const title = `${indent}${text}${time === "" ? "" : " ".repeat(gap) + style.dim(time)}`;
  return lastLine === undefined ? [title] : [title, outputLine(lastLine, view)];
}

/** One column stays free: a terminal wraps a line that fills it. */
function widthFor(columns: number): number {
  return Math.min(columns, widest) - 1;
}
