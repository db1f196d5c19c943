import { entry } from "./entry.ts";

export interface SyncHalt {
  readonly kind: "missing" | "replaced" | "emptied";
  readonly side: "host" | "container";
  readonly entries: number;
}

/** `the workspace in the container is gone, and to follow would delete 3 files …` */
export function printHalt({ kind, side, entries }: SyncHalt): string {
  const folder = side === "host" ? "the folder on the host" : "the workspace in the container";
  const what = { missing: "is gone", replaced: "is another one than before", emptied: "is empty all at once" }[kind];
  return `${folder} ${what}, and to follow would delete ${entries} files and folders on the other side`;
}

/** Errors of `devenv sync` and of what waits for it. */
export const syncErrors = {
  SYNC_VOLUME_MISSING: entry<{ environment: string }>({
    message: ({ environment }) => `The volume that holds the workspace of \`${environment}\` is gone`,
    hint: ({ environment }) => `make it anew: \`devenv down ${environment} && devenv up ${environment}\``,
  }),
  SYNC_HALTED: entry<{ environment: string; halt: SyncHalt }>({
    message: ({ environment, halt }) => `The sync of \`${environment}\` waits for an answer: ${printHalt(halt)}`,
    hint: ({ environment }) =>
      `bring back what is missing: \`devenv sync resume ${environment} --restore\`; or let it be deleted on the other side too: \`devenv sync resume ${environment} --accept\``,
  }),
  SYNC_PAUSED: entry<{ environment: string }>({
    message: ({ environment }) => `The sync of \`${environment}\` is paused, so the container may have old files`,
    hint: ({ environment }) => `go on with it: \`devenv sync resume ${environment}\``,
  }),
  SYNC_FAILED: entry<{ environment: string; reason: string; log: string }>({
    message: ({ environment, reason }) => `The workspace of \`${environment}\` cannot be kept in step: ${reason}`,
    hint: ({ log }) => `see \`devenv sync logs\` (${log}), and try again: \`devenv up\``,
  }),
  SYNC_NOT_RUNNING: entry<{ environment: string | undefined }>({
    message: ({ environment }) =>
      environment === undefined
        ? "Nothing is kept in step here"
        : `The workspace of \`${environment}\` is not kept in step`,
    hint: ({ environment }) => `start it: \`devenv up${environment === undefined ? "" : ` ${environment}`}\``,
  }),
  SYNC_PROCESS_FAILED: entry<{ log: string; lastLines: readonly string[] }>({
    message: ({ lastLines }) =>
      ["The process that keeps workspaces in step ended at once", ...lastLines.map((line) => `  ${line}`)].join("\n"),
    hint: ({ log }) => `its log is ${log}`,
  }),
};
