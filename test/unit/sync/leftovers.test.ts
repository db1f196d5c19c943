import { chmodSync, linkSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it, vi } from "vitest";
import { openSweeper } from "../../../src/sync/host/leftovers.ts";
import { openBeside, outOf } from "../../../src/sync/host/temporary.ts";
import { incomplete } from "../../../src/sync/side.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const names = (folder: string) => readdirSync(folder).sort();

function sweep(root: string, now: () => number) {
  const sweeper = openSweeper({ root, now, nameLate: (path, number = 0) => `${path}.late${number}` });
  for (const name of readdirSync(root)) if (name.startsWith(".devenv-sync.")) sweeper.found("", name);
  return sweeper;
}

const later = () => Date.now() + 11_000;

it("removes what is left of a write, and what was set aside and not written after that", () => {
  using folder = temporaryFolder({ ".devenv-sync.0123": "half", "a.txt": "old" });
  chmodSync(join(folder.path, ".devenv-sync.0123"), incomplete);
  const place = join(folder.path, "a.txt");
  utimesSync(place, 1000, 1000);
  renameSync(place, join(folder.path, ".devenv-sync.out.0123"));
  sweep(folder.path, later).close();
  expect(names(folder.path)).toEqual([]);
});

it.each([".devenv-sync.out.0123", ".devenv-sync.0123"])(
  "keeps what was written after it had been set aside: %s",
  (name) => {
    using folder = temporaryFolder({ [name]: "late" });
    sweep(folder.path, later).close();
    expect(names(folder.path)).toEqual(["recovered.late0"]);
    expect(readFileSync(join(folder.path, "recovered.late0"), "utf8")).toBe("late");
  },
);

it("gives what stands in its place no second name", () => {
  using folder = temporaryFolder({ "a.txt": "written later" });
  for (const name of [".devenv-sync.0123", ".devenv-sync.out.0123"]) {
    linkSync(join(folder.path, "a.txt"), join(folder.path, name));
  }
  sweep(folder.path, later).close();
  expect(names(folder.path)).toEqual(["a.txt"]);
});

it("keeps each of two under a name of its own, and what was in a folder that came to stand in the place", () => {
  using folder = temporaryFolder({
    ...{ ".devenv-sync.out.0123": "late", ".devenv-sync.out.4567": "later" },
    ".devenv-sync.out.89ab/file": "in it",
  });
  sweep(folder.path, later).close();
  expect(names(folder.path)).toEqual(["recovered.late0", "recovered.late1", "recovered.late2"]);
  expect(readdirSync(join(folder.path, "recovered.late2"))).toEqual(["file"]);
});

it("removes what this process left of a write whose folder was moved meanwhile", () => {
  using folder = temporaryFolder({ before: null });
  {
    using beside = openBeside(join(folder.path, "before/a"));
    writeFileSync(beside.place, "half", { mode: incomplete });
    renameSync(join(folder.path, "before"), join(folder.path, "after"));
  }
  const [name = ""] = readdirSync(join(folder.path, "after"));
  const sweeper = openSweeper({ root: folder.path, now: later, nameLate: (path) => path });
  sweeper.found("after", name);
  sweeper.close();
  expect(names(join(folder.path, "after"))).toEqual([]);
});

it("leaves what this process is at, and waits with what it set aside and with what another one may be at", async () => {
  vi.useFakeTimers({ now: Date.now() });
  try {
    using folder = temporaryFolder({});
    using beside = openBeside(join(folder.path, "a"));
    const own = [beside.place, outOf(join(folder.path, "a"))];
    for (const place of own) writeFileSync(place, "own");
    for (const place of own) utimesSync(place, 1000, 1000);
    writeFileSync(join(folder.path, ".devenv-sync.0123"), "other's", { mode: incomplete });
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
