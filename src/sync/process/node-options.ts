/** How Node is started for the process that syncs: what a first sync needs for a moment only is let go quickly then. */
export const nodeOptions: readonly string[] = ["--max-semi-space-size=8"];
