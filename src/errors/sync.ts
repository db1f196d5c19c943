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

export interface UnsavedDetails {
  readonly environment: string;
  /** `\`devenv down --volumes\` would delete`. */
  readonly action: string;
  /** The command that does it all the same. */
  readonly force: string;
  /** Some of them. */
  readonly paths: readonly string[];
  readonly count: number;
  /** Of the sync. */
  readonly state: string;
  readonly isOneWay: boolean;
}

function bringOver(environment: string, { state, isOneWay }: Pick<UnsavedDetails, "state" | "isOneWay">): string {
  if (isOneWay) {
    // a shell empties the file that it writes to before anything is read, and the sync brings the empty one in
    return `what is made inside does not come to the host by itself: copy what is to stay, \`devenv exec ${environment} -- tar cf - FILE | tar xf -\``;
  }
  if (state === "paused") return `the sync is paused, bring them over: \`devenv sync resume ${environment}\``;
  return `bring them over: \`devenv up ${environment}\` and \`devenv sync flush ${environment}\`; \`devenv sync status\` tells what keeps them back`;
}

/** What could not be brought over to the other side. */
export interface LeftFile {
  readonly environment: string;
  /** Where it failed; `both` of a conflict that waits. */
  readonly side: "host" | "container" | "both";
  readonly path: string;
  readonly reason: string;
}

const mostPrinted = 10;

function printLeft(files: readonly LeftFile[]): readonly string[] {
  const more = files.length - mostPrinted;
  return [
    ...files
      .slice(0, mostPrinted)
      .map(
        ({ environment, side, path, reason }) =>
          `  \`${path}\` of \`${environment}\` (${side === "both" ? "both sides" : side}): ${reason}`,
      ),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** Errors of `devenv sync` and of what waits for it. */
export const syncErrors = {
  SYNC_VOLUME_MISSING: entry<{ environment: string }>({
    message: ({ environment }) => `The volume that holds the workspace of \`${environment}\` is gone`,
    hint: ({ environment }) => `make it anew: \`devenv down ${environment} && devenv up ${environment}\``,
  }),
  SYNC_UNSAVED: entry<UnsavedDetails>({
    message: ({ environment, action, paths, count }) => {
      const files = count === 1 ? "a file" : `${count} files`;
      const more = count > paths.length ? [`  and ${count - paths.length} more`] : [];
      const lines = [...paths.map((path) => `  \`${path}\``), ...more];
      return [`${action} ${files} of \`${environment}\` that the host does not have:`, ...lines].join("\n");
    },
    hint: ({ environment, force, state, isOneWay }) =>
      `${bringOver(environment, { state, isOneWay })}; or lose them: \`${force}\``,
  }),
  SYNC_UNKNOWN: entry<Pick<UnsavedDetails, "environment" | "action" | "force"> & { reason: string }>({
    message: ({ environment, action, reason }) =>
      `${action} the workspace of \`${environment}\`, and what of it the host does not have cannot be told: ${reason}`,
    hint: ({ environment, force }) =>
      `see that \`devenv up ${environment}\` and \`devenv sync flush ${environment}\` end well; or lose what there may be: \`${force}\``,
  }),
  SYNC_ELSEWHERE: entry<{ environment: string; pid: number; folder: string }>({
    message: ({ environment, pid, folder }) =>
      `The workspace of \`${environment}\` is kept in step by process ${pid} already, which has its state in \`${folder}\``,
    hint: ({ pid }) =>
      `work as the user and with the \`HOME\` and \`XDG_STATE_HOME\` that it was started with; or end it, \`kill ${pid}\`, and run \`devenv up\``,
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
  SYNC_INCOMPLETE: entry<{ problems: readonly LeftFile[] }>({
    message: ({ problems }) =>
      [
        `${problems.length === 1 ? "One file is" : `${problems.length} files are`} not in step:`,
        ...printLeft(problems),
      ].join("\n"),
    hint: ({ problems }) =>
      problems.every(({ side }) => side === "both")
        ? "remove or rename what is not to stay, on the host or by `devenv exec`"
        : "they are tried again by themselves, and at once when they change: `devenv sync status` tells how it stands",
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
