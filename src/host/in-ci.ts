import type { Host } from "./host.ts";

/** Whether this is a CI run, by the variable that CI systems set. */
export function inCi(env: Host["env"]): boolean {
  return env.CI !== undefined && !["", "0", "false"].includes(env.CI);
}
