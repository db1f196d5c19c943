/** The closing words of `up`. Pure. */
import type { EnvironmentResult, UpResult } from "../env/operation.ts";
import type { EnvironmentSpec, Spec } from "../spec/spec.ts";
import { clip, printDuration } from "./progress/format.ts";
import type { Style } from "./style.ts";

export interface UpView {
  readonly durationMs: number;
  readonly style: Style;
}

/** One line when nothing changed; else how long it took, where things answer, and what to do next. */
export function printUpSummary(result: UpResult, spec: Spec, { durationMs, style }: UpView): string {
  const { project, environments } = result;
  const lines = environments.map((environment) => {
    const alone = environments.length === 1 && environment.action !== "kept";
    const title = alone ? readyIn(durationMs) : `${project} · ${environment.name} is ${stateOf(environment)}`;
    const health = environment.health === "unhealthy" ? [style.yellow("its health check fails")] : [];
    return [style.green(title), ...health, ...environment.ports.map(({ host }) => `http://localhost:${host}`)].join(
      "   ",
    );
  });
  if (environments.every(({ action }) => action === "kept")) return `${lines.join("\n")}\n`;
  const total = environments.length === 1 ? [] : [readyIn(durationMs)];
  return `${[...lines, ...total, "", ...nextLines(result, spec, style)].join("\n")}\n`;
}

function readyIn(durationMs: number): string {
  return `ready in ${printDuration(Math.max(durationMs, 50))}`;
}

function stateOf({ action }: EnvironmentResult): string {
  return action === "kept" ? "up to date" : "ready";
}

function nextLines({ environments }: UpResult, spec: Spec, style: Style): readonly string[] {
  const several = spec.environments.length > 1;
  const specs = environments.flatMap(({ name }) => spec.environments.filter((one) => one.name === name));
  return specs.map((environment) => {
    const shell = several ? `devenv shell ${environment.name}` : "devenv shell";
    return `  ${style.bold(shell)}      open a shell${taskHint(environment, several, style)}`;
  });
}

function taskHint({ name, tasks }: EnvironmentSpec, several: boolean, style: Style): string {
  const task = tasks.test === undefined ? Object.keys(tasks)[0] : "test";
  if (task === undefined) return "";
  const command = `devenv task ${task}${several ? ` --env ${name}` : ""}`;
  return `         ${style.bold(command)}   ${clip(tasks[task]?.command.split("\n")[0] ?? "", 40)}`;
}
