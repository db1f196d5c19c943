import type { LifecycleResult } from "../env/operation.ts";

/** What was stopped or started, one line an environment. Pure. */
export function printChanged(
  { project, containers }: LifecycleResult,
  done: "stopped" | "started" | "restarted",
): string {
  if (containers.length === 0) return `${project}: nothing to ${done === "stopped" ? "stop" : "start"}\n`;
  return containers.map(({ name }) => `${project} · ${name} is ${done}\n`).join("");
}
