import { workspaceId } from "../plan/container.ts";
import { ask } from "../sync/process/client.ts";
import { syncPlaces } from "../sync/process/places.ts";
import type { CliContext } from "./command.ts";

interface FlushRequest {
  /** Absolute real path. */
  readonly root: string;
  readonly environment: string | undefined;
}

/** Make both sides of a workspace equal. The process that syncs is asked without more code than that takes. */
export async function flushSync(context: CliContext, { root, environment }: FlushRequest): Promise<void> {
  const id = workspaceId(root);
  const request = { kind: "flush", environment } as const;
  const { signal } = context.interrupts;
  const answer = await ask(syncPlaces(context.host, id).address, request, { signal });
  if (answer?.kind === "done") return;
  const [{ openSyncControl }, { checked }] = await Promise.all([
    import("./sync-control.ts"),
    import("../sync/process/control.ts"),
  ]);
  const control = await openSyncControl(context, { root, id });
  checked(answer ?? (await control.ask(request, { signal })), environment ?? "", control.places);
}
