/** What the process that syncs is to be started with, from the plan. Pure. */
import type { StartPlan } from "../plan/plan.ts";
import type { Wanted } from "../sync/process/settings.ts";

/** As far as the engine need not be asked. */
export function wantedIn({ container, image }: StartPlan): Wanted {
  const { direction, ignore, exclude, conflicts, mode, watch, config, protectConfig } = container.workspace;
  const { platform } = image;
  const sync = mode === "sync" ? { container: container.name, platform, direction, conflicts } : undefined;
  return { exclude, ignore, watch, config, protectConfig, sync };
}
