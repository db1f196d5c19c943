import { describe, expect, it } from "vitest";
import type { Entry, Folder } from "../../../src/sync/entry.ts";
import {
  at,
  countEntries,
  countFiles,
  ignored,
  isEqual,
  isWithin,
  noChildren,
  parentOf,
  readable,
  setAll,
  setAllAlone,
  share,
  topmost,
  walk,
} from "../../../src/sync/tree.ts";

const file = (content: string): Entry => ({ kind: "file", mode: 0o644, content });
const folder = (children: Readonly<Record<string, Entry>> = {}, mode = 0o755): Folder => ({
  ...{ kind: "folder", mode, children: new Map(Object.entries(children)) },
});
const sample = () =>
  folder({
    a: file("a"),
    src: folder({ b: file("b"), deep: folder({ c: file("c") }) }),
    other: folder({ d: file("d") }),
  });

describe("a changed tree", () => {
  it("shares what did not change, and leaves the old one as it was", () => {
    const before = sample();
    const after = setAll(before, [
      ["src/deep/c", file("new")],
      ["src/b", undefined],
    ]);
    expect(after).toEqual(
      folder({ a: file("a"), src: folder({ deep: folder({ c: file("new") }) }), other: folder({ d: file("d") }) }),
    );
    expect(before).toEqual(sample());
    expect(at(after, "other")).toBe(at(before, "other"));
    expect(at(after, "a")).toBe(at(before, "a"));
  });

  it("is the same one where nothing is another", () => {
    const tree = sample();
    expect(setAll(tree, [["a", at(tree, "a")]])).toBe(tree);
    expect(setAll(tree, [["none/below", file("x")]])).toBe(tree);
    expect(setAll(tree, [["a/below", file("x")]])).toBe(tree);
    expect(setAll(tree, [])).toBe(tree);
  });

  it("takes later entries for earlier ones, and what is set below what was set", () => {
    const tree = setAll(undefined, [
      ["", folder()],
      ["x", file("1")],
      ["x", folder()],
      ["x/y", file("2")],
      ["z", folder({ old: file("3") })],
      ["z", folder()],
    ]);
    expect(tree).toEqual(folder({ x: folder({ y: file("2") }), z: folder() }));
    expect(setAll(tree, [["", undefined]])).toBeUndefined();
  });

  it("keeps what a folder holds where the folder alone is set", () => {
    const tree = setAllAlone(sample(), [["src", folder({}, 0o700)]]);
    expect(at(tree, "src")).toEqual(folder({ b: file("b"), deep: folder({ c: file("c") }) }, 0o700));
    const replaced = setAllAlone(sample(), [
      ["src", undefined],
      ["src", folder()],
    ]);
    expect(at(replaced, "src")).toEqual(folder());
  });
});

describe("shared trees", () => {
  it("hold the model's objects wherever they are equal", () => {
    const model = sample();
    const shared = share(setAll(sample(), [["src/b", file("new")]]), model);
    expect(shared).not.toBe(model);
    expect(at(shared, "src/deep")).toBe(at(model, "src/deep"));
    expect(at(shared, "other")).toBe(at(model, "other"));
    expect(at(shared, "src/b")).toEqual(file("new"));
    expect(share(sample(), model)).toBe(model);
    expect(share(undefined, model)).toBeUndefined();
  });

  it("are looked through along a path alone when one is given", () => {
    const model = sample();
    const shared = share(sample(), model, "src/deep");
    expect(at(shared, "src/deep")).toBe(at(model, "src/deep"));
    expect(at(shared, "src/deep/c")).toBe(at(model, "src/deep/c"));
    expect(at(shared, "other")).not.toBe(at(model, "other"));
  });

  it("tell modes, contents, targets and kinds apart", () => {
    const others: Entry[] = [
      { kind: "file", mode: 0o755, content: "a" },
      file("b"),
      { kind: "link", target: "a" },
      folder(),
      ignored,
    ];
    for (const other of others) expect(isEqual(folder({ a: file("a") }), folder({ a: other }))).toBe(false);
    expect(isEqual(folder({}, 0o700), folder())).toBe(false);
    expect(isEqual(folder({ a: file("a") }), folder())).toBe(false);
    expect(isEqual(undefined, undefined)).toBe(true);
    expect(isEqual(sample(), sample())).toBe(true);
  });
});

describe("deep trees", () => {
  const depth = 500;
  const path = Array.from({ length: depth }, (_, index) => `n${index}`).join("/");
  const deep = () => {
    const ways = Array.from({ length: depth }, (_, index) =>
      path
        .split("/")
        .slice(0, index + 1)
        .join("/"),
    );
    return setAll(undefined, [
      ["", folder()],
      ...ways.map((way): [string, Entry] => [way, folder()]),
      [`${path}/f`, file("1")],
    ]);
  };

  it("are made, walked, counted, compared and changed", () => {
    const tree = deep();
    expect(at(tree, `${path}/f`)).toEqual(file("1"));
    expect([...walk(tree)]).toHaveLength(depth + 2);
    expect(countEntries(tree)).toBe(depth + 1);
    expect(countFiles(tree)).toBe(1);
    expect(isEqual(tree, deep())).toBe(true);
    expect(share(deep(), tree)).toBe(tree);
    expect(countFiles(setAll(tree, [[`${path}/f`, undefined]]))).toBe(0);
  });
});

it("leaves out what cannot be read, and nothing else", () => {
  const tree = folder({ a: file("a"), s: { kind: "unreadable", reason: "a socket" }, sub: folder({ i: ignored }) });
  expect(readable(tree)).toEqual(folder({ a: file("a"), sub: folder() }));
  const whole = sample();
  expect(readable(whole)).toBe(whole);
  expect(readable(ignored)).toBeUndefined();
  expect(countEntries(tree)).toBe(2);
});

it.each<[readonly string[], readonly string[]]>([
  [
    ["a", "a/b", "a/b/c", "ab"],
    ["a", "ab"],
  ],
  [["a/b", "", "c"], [""]],
  [
    ["a/b/c", "a/b-c", "a/b"],
    ["a/b-c", "a/b"],
  ],
  [[], []],
])("finds the topmost of %j", (paths, expected) => {
  expect(topmost(paths)).toEqual(expected);
});

it("knows what lies within what", () => {
  expect(isWithin("a/b", "a")).toBe(true);
  expect(isWithin("ab", "a")).toBe(false);
  expect(isWithin("a", "a")).toBe(true);
  expect(isWithin("a", "")).toBe(true);
  expect(parentOf("a")).toBe("");
  expect(parentOf("a/b/c")).toBe("a/b");
  expect([...walk({ ...folder(), children: noChildren })]).toHaveLength(1);
});
