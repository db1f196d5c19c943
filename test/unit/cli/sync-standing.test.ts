import pico from "picocolors";
import { expect, it } from "vitest";
import { printStanding, standingOf } from "../../../src/cli/sync-standing.ts";
import type { EnvironmentSync } from "../../../src/sync/process/messages.ts";

const style = pico.createColors(false);
const idle: EnvironmentSync = {
  ...{ environment: "dev", state: "idle", reason: undefined, files: 12, lastSync: undefined },
  ...{ conflicts: [], copies: [], problems: [], unwatched: [] },
};
const progress = { files: 10, filesDone: 3, bytesDone: 0, bytesPerSecond: 0 };

it.each<[string, Partial<EnvironmentSync>, string]>([
  ["equal", {}, "in step, 12 files"],
  ["one file", { files: 1 }, "in step, 1 file"],
  ["behind", { state: "syncing", progress }, "syncing 7 files"],
  ["at the end of a round", { state: "syncing", progress: { ...progress, filesDone: 11 } }, "syncing"],
  ["at the beginning", { state: "scanning", progress }, "reading both sides"],
  ["not there yet", { state: "connecting" }, "connecting"],
  ["lost", { state: "lost", reason: "the agent is gone" }, "connecting: the agent is gone"],
  ["paused", { state: "paused" }, "paused; `devenv sync resume dev` goes on with it"],
  [
    "halted",
    { state: "halted", halt: { kind: "missing", side: "host", entries: 3 } },
    "halted: the folder on the host is gone, and to follow would delete 3 files and folders on the other side; answer with `devenv sync resume dev --restore` or `--accept`",
  ],
  ["mounted", { state: "mounted" }, "files are watched"],
  ["ended", { state: "closed" }, "not running; `devenv up dev` starts it"],
  [
    "with what waits for somebody",
    {
      conflicts: [{ path: "a", host: "file", container: "folder" }],
      copies: ["b", "c"],
      problems: [{ side: "host", path: "d", reason: "EACCES", isLeft: true }],
    },
    "in step, 12 files; 1 conflict, 2 files kept of conflicts, 1 problem: `devenv sync status`",
  ],
  [
    "scanned",
    { unwatched: [{ side: "host", reason: "the limit is reached", hint: "sudo sysctl x=1" }] },
    "in step, 12 files; slow: host: the limit is reached; `sudo sysctl x=1`",
  ],
])("tells how a sync stands that is %s", (_name, sync, text) => {
  expect(printStanding(standingOf({ ...idle, ...sync }, []), "dev", style)).toBe(`sync: ${text}`);
});
