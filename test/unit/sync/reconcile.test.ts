import { describe, expect, it } from "vitest";
import type { Entry } from "../../../src/sync/entry.ts";
import { reconcile } from "../../../src/sync/reconcile.ts";
import { ignored } from "../../../src/sync/tree.ts";
import { applyChanges, file, folder, type Written } from "../../support/trees.ts";

/** What the root holds in the ancestor, on the host and in the container, and what it holds afterwards. */
interface Row {
  readonly what: string;
  readonly before: readonly [ancestor: Written, host: Written, container: Written];
  /** Of the host and of the container; one if both hold the same. */
  readonly after: Written | readonly [host: Written, container: Written];
  /** If it is not what both sides hold. */
  readonly ancestor?: Written;
  readonly conflicts?: readonly string[];
}

const run = (content: string) => [content, 0o755] as const;
const made = (written: Written, mode: number): Entry => folder(written, mode);
const none: Written = {};

const alike: readonly Row[] = [
  { what: "nothing anywhere", before: [none, none, none], after: none },
  { what: "nothing that changed", before: [{ f: "1" }, { f: "1" }, { f: "1" }], after: { f: "1" } },
  { what: "a file that both made alike", before: [none, { f: "1" }, { f: "1" }], after: { f: "1" } },
  {
    what: "a folder that both made alike",
    before: [none, { d: { f: "1" } }, { d: { f: "1" } }],
    after: { d: { f: "1" } },
  },
  { what: "a link that both made alike", before: [none, { l: "-> x" }, { l: "-> x" }], after: { l: "-> x" } },
  { what: "a file that both changed alike", before: [{ f: "1" }, { f: "2" }, { f: "2" }], after: { f: "2" } },
  { what: "a file that both deleted", before: [{ f: "1" }, none, none], after: none },
  { what: "a folder that both deleted", before: [{ d: { f: "1" } }, none, none], after: none },
  { what: "a file that both made a folder", before: [{ x: "1" }, { x: {} }, { x: {} }], after: { x: {} } },
];

const oneSided: readonly Row[] = [
  { what: "a new file", before: [none, { f: "1" }, none], after: { f: "1" } },
  { what: "a new executable", before: [none, { f: run("1") }, none], after: { f: run("1") } },
  { what: "a new link", before: [none, { l: "-> x" }, none], after: { l: "-> x" } },
  { what: "a new empty folder", before: [none, { d: {} }, none], after: { d: {} } },
  {
    what: "a new folder with all in it",
    before: [none, { d: { e: { f: "1" } } }, none],
    after: { d: { e: { f: "1" } } },
  },
  { what: "a new file in a folder", before: [{ d: {} }, { d: { f: "1" } }, { d: {} }], after: { d: { f: "1" } } },
  { what: "a changed file", before: [{ f: "1" }, { f: "2" }, { f: "1" }], after: { f: "2" } },
  { what: "a changed mode", before: [{ f: "1" }, { f: run("1") }, { f: "1" }], after: { f: run("1") } },
  {
    what: "a changed file with another mode",
    before: [{ f: "1" }, { f: run("2") }, { f: "1" }],
    after: { f: run("2") },
  },
  { what: "a link to elsewhere", before: [{ l: "-> x" }, { l: "-> y" }, { l: "-> x" }], after: { l: "-> y" } },
  { what: "a deleted file", before: [{ f: "1" }, none, { f: "1" }], after: none },
  { what: "a deleted link", before: [{ l: "-> x" }, none, { l: "-> x" }], after: none },
  { what: "a deleted folder with all in it", before: [{ d: { f: "1" } }, none, { d: { f: "1" } }], after: none },
  {
    what: "a file that became a folder",
    before: [{ x: "1" }, { x: { f: "2" } }, { x: "1" }],
    after: { x: { f: "2" } },
  },
  {
    what: "a folder that became a file",
    before: [{ x: { f: "1" } }, { x: "2" }, { x: { f: "1" } }],
    after: { x: "2" },
  },
  { what: "a file that became a link", before: [{ x: "1" }, { x: "-> y" }, { x: "1" }], after: { x: "-> y" } },
  { what: "a link that became a file", before: [{ x: "-> y" }, { x: "1" }, { x: "-> y" }], after: { x: "1" } },
  {
    what: "a folder that became a link",
    before: [{ x: { f: "1" } }, { x: "-> y" }, { x: { f: "1" } }],
    after: { x: "-> y" },
  },
  {
    what: "a renamed file",
    before: [{ a: "1" }, { b: "1" }, { a: "1" }],
    after: { b: "1" },
  },
  {
    what: "a moved folder",
    before: [{ a: { f: "1" } }, { b: { f: "1" } }, { a: { f: "1" } }],
    after: { b: { f: "1" } },
  },
  {
    what: "a folder's mode",
    before: [{ d: made({ f: "1" }, 0o755) }, { d: made({ f: "1" }, 0o700) }, { d: made({ f: "1" }, 0o755) }],
    after: { d: made({ f: "1" }, 0o700) },
  },
];

const together: readonly Row[] = [
  { what: "different files of both", before: [none, { a: "1" }, { b: "2" }], after: { a: "1", b: "2" } },
  {
    what: "different files in a folder that both made",
    before: [none, { d: { a: "1" } }, { d: { b: "2" } }],
    after: { d: { a: "1", b: "2" } },
  },
  {
    what: "a change here, a deletion there",
    before: [{ a: "1", b: "1" }, { a: "2", b: "1" }, { a: "1" }],
    after: { a: "2" },
  },
  { what: "a change against a deletion of the same", before: [{ f: "1" }, { f: "2" }, none], after: { f: "2" } },
  { what: "a changed mode against a deletion", before: [{ f: "1" }, { f: run("1") }, none], after: { f: run("1") } },
  {
    what: "a new file in a folder that the other deleted",
    before: [{ d: { old: "1" } }, { d: { old: "1", new: "2" } }, none],
    after: { d: { new: "2" } },
  },
  {
    what: "a changed file deep in a folder that the other deleted",
    before: [{ d: { e: { f: "1", g: "1" } } }, { d: { e: { f: "2", g: "1" } } }, none],
    after: { d: { e: { f: "2" } } },
  },
  {
    what: "a folder with another mode that the other deleted",
    before: [{ d: made({ f: "1" }, 0o755) }, { d: made({ f: "1" }, 0o700) }, none],
    after: { d: made({}, 0o700) },
  },
  {
    what: "a deletion in a folder that the other deleted as a whole",
    before: [{ d: { a: "1", b: "1" } }, { d: { a: "1" } }, none],
    after: none,
  },
  {
    what: "a deletion in a folder that the other made a file",
    before: [{ d: { a: "1", b: "1" } }, { d: { a: "1" } }, { d: "2" }],
    after: { d: "2" },
  },
  {
    what: "a deleted folder that the other made a file",
    before: [{ d: { a: "1" } }, none, { d: "2" }],
    after: { d: "2" },
  },
  {
    what: "a deleted file that the other made a folder",
    before: [{ x: "1" }, none, { x: { f: "2" } }],
    after: { x: { f: "2" } },
  },
  {
    what: "a content of one and a mode of the other",
    before: [{ f: "1" }, { f: "2" }, { f: run("1") }],
    after: { f: run("2") },
  },
  {
    what: "the same content with different modes that both made: the host's mode",
    before: [none, { f: run("1") }, { f: "1" }],
    after: { f: run("1") },
  },
  {
    what: "a folder's mode here and a file in it there",
    before: [{ d: made({}, 0o755) }, { d: made({}, 0o700) }, { d: made({ f: "1" }, 0o755) }],
    after: { d: made({ f: "1" }, 0o700) },
  },
  {
    what: "different modes of a folder: the host's",
    before: [{ d: made({}, 0o755) }, { d: made({}, 0o700) }, { d: made({}, 0o750) }],
    after: { d: made({}, 0o700) },
  },
];

const clashes: readonly Row[] = [
  {
    what: "two contents of a new file",
    before: [none, { f: "1" }, { f: "2" }],
    after: [{ f: "1" }, { f: "2" }],
    ancestor: none,
    conflicts: ["f"],
  },
  {
    what: "two contents of a known file",
    before: [{ f: "1" }, { f: "2" }, { f: "3" }],
    after: [{ f: "2" }, { f: "3" }],
    ancestor: { f: "1" },
    conflicts: ["f"],
  },
  {
    what: "two targets of a link",
    before: [{ l: "-> x" }, { l: "-> y" }, { l: "-> z" }],
    after: [{ l: "-> y" }, { l: "-> z" }],
    ancestor: { l: "-> x" },
    conflicts: ["l"],
  },
  {
    what: "a new file and a new folder",
    before: [none, { x: "1" }, { x: { f: "2" } }],
    after: [{ x: "1" }, { x: { f: "2" } }],
    ancestor: none,
    conflicts: ["x"],
  },
  {
    what: "a file and a link in its place",
    before: [{ x: "1" }, { x: "2" }, { x: "-> y" }],
    after: [{ x: "2" }, { x: "-> y" }],
    ancestor: { x: "1" },
    conflicts: ["x"],
  },
  {
    what: "a folder that became a file, with something new in it on the other side",
    before: [{ d: { a: "1" } }, { d: "2" }, { d: { a: "1", b: "3" } }],
    after: [{ d: "2" }, { d: { a: "1", b: "3" } }],
    ancestor: { d: { a: "1" } },
    conflicts: ["d"],
  },
  {
    what: "one file of a folder, while the rest goes on",
    before: [{ d: { a: "1", b: "1" } }, { d: { a: "2", b: "2" } }, { d: { a: "3", b: "1" } }],
    after: [{ d: { a: "2", b: "2" } }, { d: { a: "3", b: "2" } }],
    ancestor: { d: { a: "1", b: "2" } },
    conflicts: ["d/a"],
  },
];

const unreadable: readonly Row[] = [
  {
    what: "a new unreadable thing: nothing",
    before: [none, { s: "!socket" }, none],
    after: [{ s: "!socket" }, none],
    ancestor: none,
  },
  {
    what: "a file that is ignored now: nobody deleted it when it counts again and is gone from one side",
    before: [
      { f: "1", g: "1" },
      { f: ignored, g: "1" },
      { f: ignored, g: "1" },
    ],
    after: { f: ignored, g: "1" },
    ancestor: { g: "1" },
  },
  {
    what: "a file that became unreadable: the other side keeps it",
    before: [{ f: "1" }, { f: "!closed" }, { f: "1" }],
    after: [{ f: "!closed" }, { f: "1" }],
    ancestor: { f: "1" },
  },
  {
    what: "a file that is unreadable here and changed there",
    before: [{ f: "1" }, { f: "!closed" }, { f: "2" }],
    after: [{ f: "!closed" }, { f: "2" }],
    ancestor: { f: "1" },
  },
  {
    what: "a folder that holds an unreadable thing: the rest of it",
    before: [none, { d: { s: "!socket", f: "1" } }, none],
    after: [{ d: { s: "!socket", f: "1" } }, { d: { f: "1" } }],
    ancestor: { d: { f: "1" } },
  },
  {
    what: "a deleted folder in which the other side holds an unreadable thing: the folder remains there",
    before: [{ d: { f: "1" } }, none, { d: { s: "!socket", f: "1" } }],
    after: [none, { d: { s: "!socket" } }],
    ancestor: { d: {} },
  },
  {
    what: "a folder that remained for an unreadable thing, once that is gone",
    before: [{ d: {} }, none, { d: {} }],
    after: none,
  },
  {
    what: "a folder that holds an unreadable thing and became a file on the other side",
    before: [{ d: { f: "1" } }, { d: "2" }, { d: { s: "!socket", f: "1" } }],
    after: [{ d: "2" }, { d: { s: "!socket", f: "1" } }],
    ancestor: { d: { f: "1" } },
    conflicts: ["d"],
  },
];

const oneWay: readonly Row[] = [
  { what: "brings a new file to the container", before: [none, { f: "1" }, none], after: { f: "1" } },
  { what: "brings a change to the container", before: [{ f: "1" }, { f: "2" }, { f: "1" }], after: { f: "2" } },
  { what: "deletes in the container", before: [{ f: "1" }, none, { f: "1" }], after: none },
  {
    what: "leaves what is the container's alone",
    before: [none, none, { f: "1" }],
    after: [none, { f: "1" }],
    ancestor: none,
  },
  {
    what: "leaves what the container changed",
    before: [{ f: "1" }, { f: "1" }, { f: "2" }],
    after: [{ f: "1" }, { f: "2" }],
    ancestor: { f: "1" },
  },
  {
    what: "leaves deleted what the container deleted",
    before: [{ f: "1" }, { f: "1" }, none],
    after: [{ f: "1" }, none],
    ancestor: { f: "1" },
  },
  { what: "brings back what the host changed since", before: [{ f: "1" }, { f: "2" }, none], after: { f: "2" } },
  {
    what: "finds a conflict where both changed",
    before: [{ f: "1" }, { f: "2" }, { f: "3" }],
    after: [{ f: "2" }, { f: "3" }],
    ancestor: { f: "1" },
    conflicts: ["f"],
  },
  {
    what: "leaves in the container what it changed in a folder that the host deleted",
    before: [{ d: { a: "1", b: "1" } }, none, { d: { a: "2", b: "1" } }],
    after: [none, { d: { a: "2" } }],
    ancestor: none,
  },
  {
    what: "brings only what is new of a folder that the container deleted",
    before: [{ d: { a: "1" } }, { d: { a: "1", b: "2" } }, none],
    after: [{ d: { a: "1", b: "2" } }, { d: { b: "2" } }],
    ancestor: { d: { a: "1", b: "2" } },
  },
  {
    what: "brings the host's mode to a file that the container changed",
    before: [{ f: "1" }, { f: run("1") }, { f: "2" }],
    after: [{ f: run("1") }, { f: run("2") }],
    ancestor: { f: run("1") },
  },
  {
    what: "keeps a folder of the container in place of a file of the host",
    before: [{ x: "1" }, { x: "1" }, { x: { f: "2" } }],
    after: [{ x: "1" }, { x: { f: "2" } }],
    ancestor: { x: "1" },
  },
];

const reversed = (row: Row): Row => {
  const [ancestor, host, container] = row.before;
  const pair = Array.isArray(row.after) ? (row.after as readonly [Written, Written]) : undefined;
  return { ...row, before: [ancestor, container, host], after: pair === undefined ? row.after : [pair[1], pair[0]] };
};

function check({ before, after, ancestor, conflicts = [] }: Row, direction: "two-way" | "to-container"): void {
  const [old, host, container] = before.map((written) => folder(written));
  const made = reconcile({ ancestor: old, host, container }, { direction });
  const [onHost, inContainer] = Array.isArray(after) ? after : [after, after];
  expect(applyChanges(host, made.host)).toEqual(folder(onHost));
  expect(applyChanges(container, made.container)).toEqual(folder(inContainer));
  expect(applyChanges(old, made.ancestor)).toEqual(folder(ancestor ?? onHost));
  expect(made.conflicts.map(({ path }) => path)).toEqual(conflicts);
}

describe("reconciling two ways", () => {
  it.each(alike)("agrees upon $what", (row) => check(row, "two-way"));
  it.each(oneSided)("brings $what to the container", (row) => check(row, "two-way"));
  it.each(oneSided)("brings $what to the host", (row) => check(reversed(row), "two-way"));
  it.each(together)("brings together $what", (row) => check(row, "two-way"));
  it.each(clashes)("finds a conflict in $what", (row) => check(row, "two-way"));
  it.each(unreadable)("brings over of $what", (row) => check(row, "two-way"));
  it.each(unreadable)("brings over of $what, with the sides swapped", (row) => check(reversed(row), "two-way"));
});

describe("reconciling to the container", () => {
  it.each(oneWay)("$what", (row) => check(row, "to-container"));
});

describe("reconciling at a path", () => {
  it("looks at nothing beside it", () => {
    const trees = {
      ancestor: folder(),
      host: folder({ a: { x: "1", y: "1" }, b: "1" }),
      container: folder({ a: {} }),
    };
    const made = reconcile(trees, { direction: "two-way", path: "a/x" });
    expect(made.container).toEqual([{ path: "a/x", before: undefined, after: file("1") }]);
  });

  it("begins where both sides hold different things above it", () => {
    const trees = { ancestor: folder(), host: folder({ a: { x: "1" } }), container: folder() };
    const made = reconcile(trees, { direction: "two-way", path: "a/x" });
    expect(made.container.map(({ path }) => path)).toEqual(["a"]);
  });
});
