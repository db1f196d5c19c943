/** Who has a file open on the host while it is replaced or removed. */
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { nodeHost } from "../../../src/host/node.ts";
import { createAside } from "../../../src/sync/host/aside.ts";
import type { Native } from "../../../src/sync/host/native.ts";
import { stampOf } from "../../../src/sync/host/stat.ts";
import { openTemporaries, unlessApart } from "../../../src/sync/host/temporaries.ts";
import { writeWhole } from "../../../src/sync/host/write-file.ts";
import { type HostAgent, openHostAgent } from "../../../src/sync/process/host-agent.ts";
import { SideError } from "../../../src/sync/side.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const afterwardsMs = 250;
/** How long it waits elsewhere. */
const lateMs = 100;

type Swaps = Pick<Native, "swap"> & Partial<Pick<Native, "discard">>;

const ownFolder: ReadonlySet<string> = new Set([".devenv-sync", ".devenv-sync/.gitignore"]);

interface Opening {
  readonly native?: Swaps;
  /** Right before each swap. */
  meanwhile?(place: string): void;
  /** Right after it. */
  afterwards?(place: string): void;
}

function open({ native, meanwhile = () => {}, afterwards = () => {} }: Opening = {}) {
  const folder = temporaryFolder({ "sub/file": "old", new: "new" });
  const root = folder.path;
  const place = join(root, "sub/file");
  const own = native ?? openHostAgent({ root, platform: process.platform, arch: nodeHost().arch });
  const swap: Swaps["swap"] = async (one, other) => {
    meanwhile(place);
    const isDone = (await own?.swap(one, other)) ?? false;
    afterwards(place);
    return isDone;
  };
  const discard: Native["discard"] = async (...what) => (await own?.discard?.(...what)) ?? false;
  const temporaries = openTemporaries(root);
  const nameLate = (path: string, number = 0) => `${path}.late${number}`;
  return {
    root,
    place,
    path: "sub/file",
    temporaries,
    aside: createAside({ root, nameLate, native: { swap, discard }, temporaries }),
    what: { path: "sub/file", place, expected: stampOf(lstatSync(place, { bigint: true })) },
    // but for the folder itself
    names: () => (readdirSync(root, { recursive: true }) as string[]).filter((name) => !ownFolder.has(name)).sort(),
    async [Symbol.asyncDispose]() {
      if (own !== undefined && "close" in own) await (own as HostAgent).close();
      folder[Symbol.dispose]();
    },
  };
}

type Here = Pick<ReturnType<typeof open>, "aside" | "temporaries" | "place" | "what">;

async function replace({ aside, temporaries, place, what }: Here) {
  using beside = temporaries.openFor(place, {});
  writeFileSync(beside.place, "new");
  await aside.replace(beside.place, what);
}

it("leaves nothing of what nobody wrote to", async () => {
  await using here = open();
  await replace(here);
  expect(readFileSync(here.place, "utf8")).toBe("new");
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["new", "sub", "sub/file"]);
});

it("keeps beside what is written to a file after it was replaced", async () => {
  await using here = open();
  const writer = openSync(here.place, "r+");
  await replace(here);
  writeSync(writer, "late");
  closeSync(writer);
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["new", "sub", "sub/file", "sub/file.late0"]);
  expect(readFileSync(join(here.root, "sub/file.late0"), "utf8")).toBe("late");
});

it("leaves nothing at all once it is tidy, and does not wait where nobody writes", async () => {
  await using here = open();
  await replace(here);
  const began = performance.now();
  await here.aside.hurry();
  await here.temporaries.tidy();
  expect(readdirSync(here.root, { recursive: true }).sort()).toEqual(["new", "sub", "sub/file"]);
  if (process.platform === "linux") expect(performance.now() - began).toBeLessThan(lateMs);
});

it("waits for who has it open to write, and keeps what is written before it is tidy", async () => {
  await using here = open();
  const writer = openSync(here.place, "r+");
  here.aside.remove(here.what);
  await here.aside.hurry();
  writeSync(writer, "late");
  closeSync(writer);
  await here.aside.hurry();
  await here.temporaries.tidy();
  expect(readdirSync(here.root, { recursive: true }).sort()).toEqual(["new", "sub", "sub/file.late0"]);
});

it("hides what is on its way from git, in a folder of its own", async () => {
  await using here = open();
  using beside = here.temporaries.openFor(here.place, {});
  expect(relative(here.root, beside.place)).toMatch(/^\.devenv-sync\/\.devenv-sync\.[0-9a-f]{8}-/);
  expect(readFileSync(join(here.root, ".devenv-sync/.gitignore"), "utf8")).toBe("*\n");
});

it("puts it beside where its folder cannot be made", async () => {
  await using here = open();
  writeFileSync(join(here.root, ".devenv-sync"), "somebody's");
  await replace(here);
  await here.temporaries.tidy();
  expect(here.names()).toEqual(["new", "sub", "sub/file"]);
  expect(readFileSync(join(here.root, ".devenv-sync"), "utf8")).toBe("somebody's");
});

it("puts it beside where nothing can be moved from that folder", async () => {
  await using here = open();
  const apart = Object.assign(new Error("other device"), { code: "EXDEV" });
  await expect(unlessApart(here.temporaries, here.place, () => Promise.reject(apart))).rejects.toMatchObject({
    kind: "changed",
  });
  using beside = here.temporaries.openFor(here.place, {});
  expect(relative(here.root, beside.place)).toMatch(/^sub\/\.devenv-sync\./);
});

it("overwrites nothing with what it keeps", async () => {
  await using here = open();
  writeFileSync(join(here.root, "sub/file.late0"), "somebody's");
  const writer = openSync(here.place, "r+");
  here.aside.remove(here.what);
  writeSync(writer, "late");
  closeSync(writer);
  await sleep(afterwardsMs);
  expect(readFileSync(join(here.root, "sub/file.late0"), "utf8")).toBe("somebody's");
  expect(readFileSync(join(here.root, "sub/file.late1"), "utf8")).toBe("late");
});

it("moves a file to where nothing stands", async () => {
  await using here = open();
  expect(() => here.aside.move(here.what, join(here.root, "new"))).toThrow("EEXIST");
  here.aside.move(here.what, join(here.root, "sub/other"));
  expect(here.names()).toEqual(["new", "sub", "sub/other"]);
});

it("keeps what is written to a file after it was removed, also where its folder is gone", async () => {
  await using here = open();
  const writer = openSync(here.place, "r+");
  here.aside.remove(here.what);
  // nothing of it is in the folder's way
  rmdirSync(join(here.root, "sub"));
  writeSync(writer, "late");
  closeSync(writer);
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["file.late0", "new"]);
  expect(readFileSync(join(here.root, "file.late0"), "utf8")).toBe("late");
});

it("removes and replaces only what is expected", async () => {
  await using here = open();
  const other = { ...here.what, expected: here.what.expected + 1 };
  expect(() => here.aside.remove(other)).toThrow("something else stands there now");
  await expect(replace({ ...here, what: other })).rejects.toThrow("something else stands there now");
  rmSync(here.place);
  expect(() => here.aside.remove(here.what)).toThrow("something else stands there now");
  expect(here.names()).toEqual(["new", "sub"]);
});

/** As editors save. */
function save(place: string, text: string): void {
  writeFileSync(`${place}~`, text);
  renameSync(`${place}~`, place);
}

it("leaves what was saved in the moment when it is replaced, and keeps what was saved when that was put back", async () => {
  const texts = ["first", "second"];
  await using here = open({ meanwhile: (place) => save(place, texts.shift() ?? "") });
  await expect(replace(here)).rejects.toThrow("it was replaced at the same moment");
  expect(readFileSync(here.place, "utf8")).toBe("first");
  expect(readFileSync(join(here.root, "sub/file.late0"), "utf8")).toBe("second");
  expect(here.names()).toEqual(["new", "sub", "sub/file", "sub/file.late0"]);
});

it("does not take for its own what was saved right after it replaced a file", async () => {
  await using here = open({ afterwards: (place) => save(place, "saved") });
  const { path, place, aside, temporaries, what } = here;
  const file = { mode: 0o644, mtimeNs: 1_700_000_000_000_000_000n, size: 3, expected: what.expected };
  const stat = await writeWhole({ path, place, aside, temporaries }, file, Buffer.from("new"));
  expect(stat).toMatchObject({ kind: "file", size: 3, mtimeNs: file.mtimeNs });
  expect(readFileSync(place, "utf8")).toBe("saved");
  expect(stat.stamp).not.toBe(stampOf(lstatSync(place, { bigint: true })));
});

it("keeps what was saved in that moment where it cannot be swapped back", async () => {
  let swaps = 0;
  await using here = open({
    meanwhile: (place) => swaps === 0 && save(place, "saved"),
    native: {
      async swap(one, other) {
        swaps += 1;
        if (swaps > 1) throw new Error("the agent has ended");
        const [first, second] = [join(here.root, one), join(here.root, other)];
        renameSync(first, `${first}.on-its-way`);
        renameSync(second, first);
        renameSync(`${first}.on-its-way`, second);
        return true;
      },
    },
  });
  await expect(replace(here)).rejects.toThrow("it was replaced at the same moment");
  expect(readFileSync(join(here.root, "sub/file.late0"), "utf8")).toBe("saved");
  expect(readFileSync(here.place, "utf8")).toBe("new");
});

/** With all that is in it. */
function moveFolder({ root }: { readonly root: string }): void {
  renameSync(join(root, "sub"), join(root, "moved"));
}

it("has not replaced what was moved away with its folder before that", async () => {
  await using here = open({ meanwhile: () => moveFolder(here) });
  const { path, place, aside, temporaries, what } = here;
  const file = { mode: 0o644, mtimeNs: 1_700_000_000_000_000_000n, size: 3, expected: what.expected };
  await expect(writeWhole({ path, place, aside, temporaries }, file, Buffer.from("new"))).rejects.toMatchObject({
    kind: "missing",
  });
  expect(readFileSync(join(here.root, "moved/file"), "utf8")).toBe("old");
});

it("does not say that it replaced what was moved away when the agent was lost", async () => {
  const native: Swaps = {
    async swap() {
      moveFolder(here);
      throw new SideError("lost", "the agent has ended");
    },
  };
  await using here = open({ native });
  await expect(replace(here)).rejects.toThrow("it was replaced at the same moment");
  expect(readFileSync(join(here.root, "moved/file"), "utf8")).toBe("old");
});

it("replaces by a rename where nothing can be swapped", async () => {
  await using here = open({ native: { swap: async () => false } });
  await replace(here);
  expect(readFileSync(here.place, "utf8")).toBe("new");
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["new", "sub", "sub/file"]);
});
