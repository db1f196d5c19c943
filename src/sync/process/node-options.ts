/** How Node is started for the process that syncs: a larger space for what is new is slower, as the system gives it page by page. */
export const nodeOptions: readonly string[] = ["--max-semi-space-size=8"];
