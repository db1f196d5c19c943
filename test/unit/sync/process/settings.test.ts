import { describe, expect, it } from "vitest";
import { changedProcess, changesIn } from "../../../../src/sync/process/changes.ts";
import type { EnvironmentSync } from "../../../../src/sync/process/messages.ts";
import { settingsOf, type Wanted } from "../../../../src/sync/process/settings.ts";

const sync = {
  container: "shop-dev-1a2b3c4d",
  platform: "linux/amd64",
  direction: "two-way",
  conflicts: "keep-both",
} as const;
const wanted: Wanted = { exclude: ["node_modules"], ignore: ["*.log"], watch: [], sync };
const now = { program: "1", engine: "unix:///a" };

function answer(settings: EnvironmentSync["settings"], circumstances: typeof now | undefined = now) {
  const one = { environment: "dev", settings } as EnvironmentSync;
  return { kind: "done" as const, environments: [one], circumstances };
}

describe("what a process was started with", () => {
  it.each<[string, Partial<Wanted>]>([
    ["workspace.volumes changed", { exclude: [] }],
    ["workspace.ignore changed", { ignore: ["*.log", "!a.log"] }],
    ["workspace.watch changed", { watch: [{ paths: ["a"], action: "restart" }] }],
    ["workspace.direction changed", { sync: { ...sync, direction: "to-container" } }],
    ["workspace.conflicts changed", { sync: { ...sync, conflicts: "wait" } }],
    ["the container changed", { sync: { ...sync, container: "other" } }],
    ["the platform changed", { sync: { ...sync, platform: "linux/arm64" } }],
  ])("tells that %s", (reason, changed) => {
    const settings = settingsOf({ ...wanted, ...changed });
    expect(changesIn(answer(settings), "dev", { now, wanted: settingsOf(wanted) })).toEqual([reason]);
  });

  it("is as wanted when nothing changed, and is not at all where nothing keeps it in step", () => {
    const settings = settingsOf(wanted);
    expect(changesIn(answer(settings), "dev", { now, wanted: settings })).toEqual([]);
    expect(changesIn(answer(settings), "other", { now, wanted: settings })).toBeUndefined();
    expect(changesIn(undefined, "dev", { now, wanted: settings })).toBeUndefined();
  });

  it("is another program, or another engine", () => {
    const settings = settingsOf(wanted);
    expect(changedProcess(answer(settings, { ...now, program: "2" }), now)).toEqual(["devenv is another version"]);
    expect(changedProcess(answer(settings, { ...now, engine: "b" }), now)).toEqual(["the engine is another one"]);
    // one of an earlier version tells neither
    const earlier = { kind: "done" as const, environments: answer(undefined).environments };
    expect(changesIn(earlier, "dev", { now, wanted: settings })).toEqual(["devenv is another version"]);
  });
});
