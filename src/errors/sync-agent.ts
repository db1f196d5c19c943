import { entry } from "./entry.ts";

/** Errors of the container's side of a sync. */
export const syncAgentErrors = {
  SYNC_AGENT_MISSING: entry<{ platform: string }>({
    message: ({ platform }) =>
      `The workspace cannot be synced to an engine on \`${platform}\`: devenv has no agent for it`,
    hint: () => 'set `workspace: { mode: "bind" }` or `mode: "copy"` in the config',
  }),
};
