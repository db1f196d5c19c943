import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { syncPlaces } from "../../../../src/sync/process/places.ts";
import { startWatchdog } from "../../../../src/sync/process/watchdog.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const folder = temporaryFolder({ "devenv/sync/1234/process": "mine", "project/a": "" });
  const places = syncPlaces(testHost({ env: { XDG_STATE_HOME: folder.path } }), "1234");
  const root = join(folder.path, "project");
  const onEnd = vi.fn();
  const onAbsent = vi.fn();
  const present = vi.fn(async (): Promise<ReadonlySet<string> | undefined> => new Set(["dev"]));
  const watchdog = startWatchdog({ places, mark: "mine", root: () => root, present, onEnd, onAbsent });
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    // the looks themselves take real time
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  return { ...folder, places, root, onEnd, onAbsent, present, watchdog, pass };
}

describe("a process that keeps a workspace in step", () => {
  it("goes on as long as all is there", async () => {
    using at = open();
    for (let second = 0; second < 3; second++) await at.pass(1_000);
    expect(at.onEnd).not.toHaveBeenCalled();
    at.watchdog.stop();
  });

  it.each<[string, string, (at: ReturnType<typeof open>) => void]>([
    ["its workspace is moved", "is gone", ({ root }) => renameSync(root, `${root}-2`)],
    [
      "another folder stands in the place of its workspace",
      "is gone",
      ({ root, write }) => {
        renameSync(root, `${root}-2`);
        write({ "project/b": "" });
      },
    ],
    ["its state is removed", "its state is gone", ({ places }) => rmSync(places.folder, { recursive: true })],
    ["another one took its mark", "another process", ({ write }) => write({ "devenv/sync/1234/process": "other" })],
  ])("ends when %s", async (_name, reason, change) => {
    using at = open();
    await at.pass(1_000);
    change(at);
    await at.pass(1_000);
    expect(at.onEnd).toHaveBeenCalledWith(expect.stringContaining(reason));
    at.watchdog.stop();
  });

  it("tells at once that it is over where that is asked, and once alone", async () => {
    using at = open();
    expect(await at.watchdog.look()).toBe(true);
    renameSync(at.root, `${at.root}-2`);
    at.write({ "project/b": "" });
    expect(await at.watchdog.look()).toBe(false);
    await at.pass(2_000);
    expect(at.onEnd).toHaveBeenCalledTimes(1);
    at.watchdog.stop();
  });

  it("lets go of an environment without a container only at the second look, and never while the engine is silent", async () => {
    using at = open();
    await at.pass(10_000);
    at.present.mockResolvedValue(new Set());
    await at.pass(10_000);
    expect(at.onAbsent).toHaveBeenLastCalledWith(new Set(["dev"]));
    at.present.mockResolvedValue(undefined);
    await at.pass(10_000);
    at.present.mockResolvedValue(new Set());
    await at.pass(10_000);
    expect(at.onAbsent).toHaveBeenCalledTimes(1);
    await at.pass(10_000);
    expect(at.onAbsent).toHaveBeenLastCalledWith(new Set());
    at.watchdog.stop();
  });
});
