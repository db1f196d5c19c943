import type { CliContext } from "./command.ts";
import { type FrozenArgs, isFrozen } from "./frozen.ts";

/** Before a task: when frozen, its container has to be that of the config and the lock. */
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

/** Before a command that never runs the config: when frozen, as far as the lock and what the last `up` wrote down tell. */
export async function requireRecordedContainer(
  context: CliContext,
  args: FrozenArgs,
  environment: string | undefined,
): Promise<void> {
  if (!isFrozen(context, args)) return;
  const [{ knownProjectOf }, { operate }, { requireRecorded }] = await Promise.all([
    import("./known.ts"),
    import("./operate.ts"),
    import("../env/lock/require-recorded.ts"),
  ]);
  const known = await knownProjectOf(context);
  const names = environment === undefined ? [] : [environment];
  await operate(context, known, (operation) => requireRecorded(operation, names));
}
