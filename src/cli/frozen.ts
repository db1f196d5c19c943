import { inCi } from "../host/in-ci.ts";
import type { CliContext } from "./command.ts";
import { usageError } from "./usage.ts";

/** Options of the commands that may write the lock. */
export const frozenOptions = {
  frozen: { type: "boolean", summary: "never write the lock, fail where it is stale; the default when CI is set" },
  "no-frozen": { type: "boolean", summary: "add to the lock what is missing, also when CI is set" },
} as const;

/** Of the commands that work inside. */
export const frozenInsideOptions = {
  frozen: { type: "boolean", summary: "fail when the container is not that of the lock; the default when CI is set" },
  "no-frozen": { type: "boolean", summary: "take the container as it is, also when CI is set" },
} as const;

export interface FrozenArgs {
  readonly frozen: boolean;
  readonly "no-frozen": boolean;
}

/** Whether a command may not write the lock; `byDefault` when nothing says so. */
export function isFrozen({ host }: Pick<CliContext, "host">, args: FrozenArgs, byDefault = inCi(host.env)): boolean {
  if (args.frozen && args["no-frozen"]) throw usageError("`--frozen` and `--no-frozen` exclude each other");
  return args.frozen || (byDefault && !args["no-frozen"]);
}
