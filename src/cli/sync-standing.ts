/** How the sync stands, in a line. Pure. */
import type { SyncStanding } from "../env/workspace-sync.ts";
import { printHalt } from "../errors/sync.ts";
import type { EnvironmentSync } from "../sync/process/messages.ts";
import type { Style } from "./style.ts";

const states: Readonly<Record<EnvironmentSync["state"], SyncStanding["state"]>> = {
  connecting: "connecting",
  lost: "connecting",
  scanning: "reading",
  syncing: "syncing",
  idle: "in-step",
  paused: "paused",
  halted: "halted",
  closed: "off",
  mounted: "watching",
};

export function standingOf(sync: EnvironmentSync, changes: readonly string[]): SyncStanding {
  const { state, halt, reason, files, progress, conflicts, copies, problems, unwatched } = sync;
  return {
    state: states[state],
    changes,
    reason: halt === undefined ? reason : printHalt(halt),
    files,
    filesLeft: progress === undefined ? 0 : Math.max(0, progress.files - progress.filesDone),
    conflicts: conflicts.length,
    copies: copies.length,
    problems: problems.length,
    slow: unwatched.map(({ side, reason: why, hint }) => `${side}: ${why}${hint === undefined ? "" : `; \`${hint}\``}`),
  };
}

/** `sync: in step, 12 files`, and what is to be looked at. */
export function printStanding(standing: SyncStanding, environment: string, style: Style): string {
  const { conflicts, copies, problems, slow } = standing;
  const parts = [
    ...(conflicts === 0 ? [] : [count(conflicts, "conflict")]),
    ...(copies === 0 ? [] : [`${count(copies, "file")} kept of conflicts`]),
    ...(problems === 0 ? [] : [count(problems, "problem")]),
  ];
  const more = parts.length === 0 ? "" : `; ${style.yellow(parts.join(", "))}: \`devenv sync status\``;
  const scanned = slow.map((text) => `; ${style.yellow("slow:")} ${text}`).join("");
  return `sync: ${stateText(standing, environment, style)}${more}${scanned}`;
}

function stateText({ state, reason, files, filesLeft }: SyncStanding, environment: string, style: Style): string {
  switch (state) {
    case "in-step":
      return `in step, ${count(files, "file")}`;
    case "syncing":
      return filesLeft === 0 ? "syncing" : `syncing ${count(filesLeft, "file")}`;
    case "reading":
      return "reading both sides";
    case "connecting":
      return style.yellow(reason === undefined ? "connecting" : `connecting: ${reason}`);
    case "paused":
      return `${style.yellow("paused")}; \`devenv sync resume ${environment}\` goes on with it`;
    case "halted":
      return `${style.yellow("halted")}: ${reason}; answer with \`devenv sync resume ${environment} --restore\` or \`--accept\``;
    case "watching":
      return "files are watched";
    case "silent":
      return style.yellow("its process gives no answer; `devenv sync logs`");
    case "off":
      return `${style.yellow("not running")}; \`devenv up ${environment}\` starts it`;
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
