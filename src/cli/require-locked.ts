import type { CliContext } from "./command.ts";
import { type FrozenArgs, isFrozen } from "./frozen.ts";

/** Before a command inside: when frozen, its container has to be that of the config and the lock. */
export async function requireLockedContainer(
  context: CliContext,
  args: FrozenArgs,
  environment: string | undefined,
): Promise<void> {
  if (!isFrozen(context, args)) return;
  const { operate, projectOf } = await import("./operate.ts");
  const { requireLocked } = await import("../env/lock/require-locked.ts");
  const names = environment === undefined ? [] : [environment];
  await operate(context, await projectOf(context), (operation) => requireLocked(operation, names));
}
