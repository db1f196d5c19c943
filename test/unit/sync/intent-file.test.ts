import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Entry, File } from "../../../src/sync/entry.ts";
import { openIntentFile } from "../../../src/sync/intent-file.ts";
import type { Intent } from "../../../src/sync/intents.ts";
import { noChildren } from "../../../src/sync/tree.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const file = (content: string): File => ({ kind: "file", mode: 0o644, content });
const folder = (children: ReadonlyMap<string, Entry> = noChildren): Entry => ({
  kind: "folder",
  mode: 0o755,
  children,
});

const intents: readonly Intent[] = [
  { side: "host", path: "gone", after: undefined, only: undefined },
  { side: "container", path: "a\nb", after: file("one"), only: "content" },
  { side: "container", path: "link", after: { kind: "link", target: "a" }, only: undefined },
  { side: "host", path: "empty", after: folder(), only: "mode" },
  { side: "container", path: "full", after: folder(new Map([["c", file("two")]])), only: undefined },
];

function placeIn({ path }: { readonly path: string }) {
  const place = join(path, "v1.intents");
  return { place, open: (boot = "b1", volume = "v1") => openIntentFile({ file: place, volume, boot }) };
}

it("gives back what was begun and not over, in order, from before the process ended", () => {
  using temporary = temporaryFolder();
  const { place, open } = placeIn(temporary);
  const first = open();
  expect(first.load()).toEqual([]);
  for (const intent of intents) first.begin(intent);
  // the first is not closed: it was killed
  const second = open();
  expect(second.load()).toEqual(intents.map((intent) => ({ ...intent, isDone: false })));
  expect(statSync(place).mode & 0o777).toBe(0o600);
  second.clear();
  expect(open().load()).toEqual([]);
});

it("tells what was done of the last that was begun at a path, with all that came with it", async () => {
  using temporary = temporaryFolder();
  const { open } = placeIn(temporary);
  const first = open();
  first.load();
  first.begin({ side: "host", path: "a", after: undefined });
  for (const intent of intents) first.begin(intent);
  first.begin({ side: "host", path: "a", after: file("again") });
  first.done("host", "a", 0);
  first.done("container", "gone", 0);
  first.done("host", "gone", 0);
  // one of its files is missing
  first.done("container", "full", 0);
  await nextTurn();
  const done = open()
    .load()
    .filter(({ isDone }) => isDone);
  expect(done.map(({ path, after }) => [path, after?.kind])).toEqual([
    ["gone", undefined],
    ["a", "file"],
  ]);
});

it("counts nothing of another volume, or from before the machine started", () => {
  using temporary = temporaryFolder();
  const { open } = placeIn(temporary);
  for (const [boot, volume] of [
    ["b2", "v1"],
    ["b1", "v2"],
  ] as const) {
    const first = open();
    first.load();
    first.begin({ side: "host", path: "a", after: undefined });
    expect(open(boot, volume).load()).toEqual([]);
  }
});

it("drops a line that breaks off, and goes on after what is whole", () => {
  using temporary = temporaryFolder();
  const { place, open } = placeIn(temporary);
  const first = open();
  first.load();
  first.begin({ side: "host", path: "a", after: undefined });
  appendFileSync(place, '["host","b');
  const second = open();
  expect(second.load().map(({ path }) => path)).toEqual(["a"]);
  second.begin({ side: "host", path: "c", after: undefined });
  expect(
    open()
      .load()
      .map(({ path }) => path),
  ).toEqual(["a", "c"]);
});

it("trusts nothing after a line that it cannot read", () => {
  using temporary = temporaryFolder();
  const { place, open } = placeIn(temporary);
  open().load();
  appendFileSync(place, '["host","a"]\n["elsewhere","b"]\n["host","c"]\n');
  expect(
    open()
      .load()
      .map(({ path }) => path),
  ).toEqual(["a"]);
});

it("keeps nothing but its head once all is over, and begins nothing after it was closed", () => {
  using temporary = temporaryFolder();
  const { place, open } = placeIn(temporary);
  const store = open();
  store.load();
  const head = readFileSync(place, "utf8");
  store.begin({ side: "host", path: "a", after: undefined });
  store.done("host", "a", 0);
  store.clear();
  store.close();
  expect(readFileSync(place, "utf8")).toBe(head);
  expect(() => store.begin({ side: "host", path: "b", after: undefined })).toThrow("the sync is closed");
});
