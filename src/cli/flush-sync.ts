import { workspaceId } from "../plan/container.ts";
import { ask } from "../sync/process/client.ts";
import type { EnvironmentSync } from "../sync/process/messages.ts";
import { syncPlaces } from "../sync/process/places.ts";
import type { CliContext } from "./command.ts";

interface FlushRequest {
  /** Absolute real path. */
  readonly root: string;
  readonly environment: string | undefined;
}

/**
 * Make both sides of a workspace equal; what cannot be for now is told in a warning. The process that syncs is asked without
 * more code than that takes.
 */
export async function flushSync(context: CliContext, { root, environment }: FlushRequest): Promise<void> {
  const id = workspaceId(root);
  const request = { kind: "flush", environment } as const;
  const { signal } = context.interrupts;
  const answer = await ask(syncPlaces(context.host, id).address, request, { signal });
  if (answer?.kind === "done") return warnOfLeft(context, answer.environments);
  const [{ openSyncControl }, { checked }] = await Promise.all([
    import("./sync-control.ts"),
    import("../sync/process/control.ts"),
  ]);
  const control = await openSyncControl(context, { root, id });
  const late = answer ?? (await control.ask(request, { signal }));
  checked(late, environment ?? "", control.places);
  if (late?.kind === "done") await warnOfLeft(context, late.environments);
}

async function warnOfLeft({ stdio, options }: CliContext, environments: readonly EnvironmentSync[]): Promise<void> {
  const problems = environments.flatMap((one) => one.problems);
  if (options.quiet || !problems.some(({ isLeft }) => isLeft)) return;
  const { leftWarnings } = await import("./left-files.ts");
  for (const text of leftWarnings(problems)) stdio.stderr.write(`warning: ${text}\n`);
}
