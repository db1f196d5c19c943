import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openSweeper } from "../../../src/sync/host/leftovers.ts";
import { openTemporaries } from "../../../src/sync/host/temporaries.ts";
import { newName } from "../../../src/sync/host/temporary-name.ts";
import { sweepLeftovers } from "../../../src/sync/process/sweep-leftovers.ts";
import { incomplete } from "../../../src/sync/side.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const names = (folder: string) => readdirSync(folder).sort();

function sweep(root: string, now: () => number) {
  const nameLate = (path: string, number = 0) => `${path}.late${number}`;
  const sweeper = openSweeper({ root, now, nameLate, isInUse: openTemporaries(root).isInUse });
  sweeper.sweep();
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

/** As a process that has ended would have named it. */
function endedName(...facts: Parameters<typeof newName>): string {
  return newName(...facts).replace(/-[0-9a-z]+-([0-9a-z]+)(?=[.]|$)/, "-0-$1");
}

const statsOf = (place: string) => lstatSync(place, { bigint: true });

/** What is under this name in the folder, after the process that gave it has ended. */
function leave(
  root: string,
  text: string,
  facts: (place: string) => Parameters<typeof newName>[0] = () => ({}),
): string {
  const place = join(root, "left");
  writeFileSync(place, text);
  const name = endedName(facts(place));
  mkdirSync(join(root, ".devenv-sync"), { recursive: true });
  writeFileSync(join(root, ".devenv-sync/.gitignore"), "*\n");
  renameSync(place, join(root, ".devenv-sync", name));
  return join(root, ".devenv-sync", name);
}

describe("of a process that has ended", () => {
  it("removes at once what was set aside and not written to, however new it is, and the folder", () => {
    using folder = temporaryFolder({});
    leave(folder.path, "old", (place) => ({ old: statsOf(place) }));
    sweep(folder.path, Date.now).close();
    expect(names(folder.path)).toEqual([]);
  });

  it("removes what was to take a place: who wrote it has it still", () => {
    using folder = temporaryFolder({ other: "" });
    leave(folder.path, "new", (place) => ({
      old: statsOf(join(folder.path, "other")),
      new: { size: 3, mtimeNs: statsOf(place).mtimeNs + 900n },
    }));
    chmodSync(leave(folder.path, "half"), incomplete);
    sweep(folder.path, Date.now).close();
    expect(names(folder.path)).toEqual(["other"]);
  });

  it("keeps what was written after it had been set aside, and what somebody else had put in the place", () => {
    using folder = temporaryFolder({ other: "" });
    writeFileSync(
      leave(folder.path, "old", (place) => ({ old: statsOf(place) })),
      "late",
    );
    leave(folder.path, "else", () => ({ old: statsOf(join(folder.path, "other")), new: { size: 3, mtimeNs: 1n } }));
    sweep(folder.path, Date.now).close();
    expect(names(folder.path)).toEqual(["other", "recovered.late0", "recovered.late1"]);
  });

  it("is swept by a command where no process takes that up", () => {
    using folder = temporaryFolder({ other: "" });
    leave(folder.path, "old", (place) => ({ old: statsOf(place) }));
    writeFileSync(
      leave(folder.path, "old", (place) => ({ old: statsOf(place) })),
      "late",
    );
    sweepLeftovers(folder.path);
    expect(names(folder.path)).toEqual(["other", expect.stringMatching(/^recovered\.conflict-host-\d{8}T\d{6}Z$/)]);
  });

  it("removes what is left beside a place too", () => {
    using folder = temporaryFolder({ "sub/a": "" });
    const name = endedName({ old: statsOf(join(folder.path, "sub/a")) });
    renameSync(join(folder.path, "sub/a"), join(folder.path, "sub", name));
    const sweeper = sweep(folder.path, Date.now);
    sweeper.found("sub", name);
    sweeper.close();
    expect(names(join(folder.path, "sub"))).toEqual([]);
  });
});

it("leaves what this process is at, and waits with what it set aside and with what another one may be at", async () => {
  vi.useFakeTimers({ now: Date.now() });
  try {
    using folder = temporaryFolder({ a: "" });
    const { path } = folder;
    const temporaries = openTemporaries(path);
    using beside = temporaries.openFor(join(path, "a"), {});
    const out = temporaries.outOf(join(path, "a"), statsOf(join(path, "a")));
    writeFileSync(beside.place, "own");
    renameSync(join(path, "a"), out);
    writeFileSync(join(path, ".devenv-sync.0123"), "other's", { mode: incomplete });
    const inFolder = () => names(join(path, ".devenv-sync")).filter((name) => name !== ".gitignore");
    const sweeper = sweep(path, Date.now);
    expect(inFolder()).toEqual([basename(beside.place), basename(out)].sort());
    vi.advanceTimersByTime(1_100);
    expect(inFolder()).toEqual([basename(beside.place)]);
    expect(names(path)).toContain(".devenv-sync.0123");
    vi.advanceTimersByTime(9_000);
    expect(inFolder()).toEqual([basename(beside.place)]);
    expect(names(path)).not.toContain(".devenv-sync.0123");
    sweeper.close();
  } finally {
    vi.useRealTimers();
  }
});
