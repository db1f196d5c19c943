import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePaths, parentsOf } from "../../../src/host/path-order.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }).filter((text) => !/[/\0]/.test(text));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));

function compareByBytes(one: string, other: string): number {
  const [left, right] = [one.split("/"), other.split("/")];
  for (const [index, part] of left.entries()) {
    const against = right[index];
    if (against === undefined) return 1;
    const order = Buffer.compare(Buffer.from(part), Buffer.from(against));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

describe("comparePaths", () => {
  it("puts a folder before what it holds, and that before siblings that continue its name", () => {
    expect(["a-b", "a/x", "a", "a.b", "a/x/y"].sort(comparePaths)).toEqual(["a", "a/x", "a/x/y", "a-b", "a.b"]);
  });

  it("orders characters beyond the basic plane after all others, as their UTF-8 bytes do", () => {
    expect(["😀", "\uFF5E", "é"].sort(comparePaths)).toEqual(["é", "\uFF5E", "😀"]);
  });

  it("agrees with comparing names by their UTF-8 bytes", () => {
    fc.assert(
      fc.property(path, path, (one, other) => {
        expect(Math.sign(comparePaths(one, other))).toBe(Math.sign(compareByBytes(one, other)));
      }),
    );
  });
});

describe("parentsOf", () => {
  it("names the folders outermost first", () => {
    expect(parentsOf("a/b/c")).toEqual(["a", "a/b"]);
    expect(parentsOf("a")).toEqual([]);
  });
});
