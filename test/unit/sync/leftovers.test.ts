import { readdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it, vi } from "vitest";
import { openSweeper } from "../../../src/sync/host/leftovers.ts";
import { besides } from "../../../src/sync/host/place.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const names = (folder: string) => readdirSync(folder).sort();

function sweep(root: string, now: () => number) {
  const sweeper = openSweeper({ root, now, nameLate: (path) => `${path}.late` });
  for (const name of readdirSync(root)) if (name.startsWith(".devenv-sync.")) sweeper.found("", name);
  return sweeper;
}

const later = () => Date.now() + 11_000;

it("removes what is left of a write, and what was set aside and not written after that", () => {
  using folder = temporaryFolder({ ".devenv-sync.0123": "half", "a.txt": "old" });
  const place = join(folder.path, "a.txt");
  utimesSync(place, 1000, 1000);
  renameSync(place, join(folder.path, ".devenv-sync.out.0123"));
  sweep(folder.path, later).close();
  expect(names(folder.path)).toEqual([]);
});

it("keeps what was written after it had been set aside", () => {
  using folder = temporaryFolder({ ".devenv-sync.out.0123": "late" });
  sweep(folder.path, later).close();
  expect(names(folder.path)).toEqual(["recovered.late"]);
});

it("leaves what this process is at, and waits with what it set aside and with what another one may be at", async () => {
  vi.useFakeTimers({ now: Date.now() });
  try {
    using folder = temporaryFolder({});
    const own = ["in", "out"].map((way) => besides(join(folder.path, "a"), way as "in" | "out"));
    for (const place of own) writeFileSync(place, "own");
    for (const place of own) utimesSync(place, 1000, 1000);
    writeFileSync(join(folder.path, ".devenv-sync.0123"), "other's");
    const kept = own.map((place) => basename(place)).sort();
    const sweeper = sweep(folder.path, Date.now);
    expect(names(folder.path)).toEqual([".devenv-sync.0123", ...kept].sort());
    vi.advanceTimersByTime(1_100);
    const [into = ""] = own.map((place) => basename(place));
    expect(names(folder.path)).toEqual([".devenv-sync.0123", into].sort());
    vi.advanceTimersByTime(9_000);
    expect(names(folder.path)).toEqual([into]);
    sweeper.close();
  } finally {
    vi.useRealTimers();
  }
});
