import { expect, it } from "vitest";
import { digestOf } from "../../../../src/digest.ts";
import type { Changes } from "../../../../src/plan/content/changes.ts";
import { compareContents } from "../../../../src/plan/content/compare.ts";
import type { ImageContent } from "../../../../src/plan/content/content.ts";
import type { TreeNode } from "../../../../src/plan/content/tree.ts";

const node = (sha256: string, more: Partial<TreeNode> = {}): TreeNode => ({
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 1,
  sha256,
  ...more,
});
const content = (layers: Readonly<Record<string, Changes>>, config: object = {}): ImageContent => ({
  content: digestOf([layers, config]),
  config: { ...config },
  layers: Object.entries(layers).map(([key, changes]) => ({ key, changes, content: digestOf(changes) })),
});
const none = { added: [], removed: [], changed: [] };

it("finds nothing in equal images", () => {
  const image = content({ from: {}, "layers[0]": { "/a": { below: null, now: node("x") } } });
  expect(compareContents(image, structuredClone(image))).toEqual([]);
});

it("says what of a file changed, and what is there on one side only", () => {
  const one = { "/a": { below: null, now: node("x") }, "/gone": { below: null, now: node("x") } };
  const other = {
    "/a": { below: null, now: node("y", { mode: 0o755, uid: 7, size: 2 }) },
    "/new": { below: null, now: node("x") },
  };
  expect(compareContents(content({ l: one }), content({ l: other }))).toEqual([
    {
      key: "l",
      diff: {
        added: ["/new"],
        removed: ["/gone"],
        changed: [
          {
            path: "/a",
            differences: [
              { what: "mode", from: "0644", to: "0755" },
              { what: "owner", from: "0:0", to: "7:0" },
              { what: "size", from: "1", to: "2" },
              { what: "content", from: "x", to: "y" },
            ],
          },
        ],
      },
    },
  ]);
});

it("compares a file that only one side changes with what stood there", () => {
  const other = { "/a": { below: node("x"), now: node("y") }, "/b": { below: node("x"), now: null } };
  const [place] = compareContents(content({ l: {} }), content({ l: other }));
  expect(place?.diff).toMatchObject({ added: [], removed: ["/b"], changed: [{ path: "/a" }] });
  const [back] = compareContents(content({ l: other }), content({ l: {} }));
  expect(back?.diff).toMatchObject({ added: ["/b"], removed: [], changed: [{ path: "/a" }] });
});

it("names a file where it first differs, not in a later layer that hides the difference", () => {
  const one = content({
    a: { "/x": { below: null, now: node("1") } },
    b: { "/x": { below: node("1"), now: node("2") } },
  });
  const other = content({ a: { "/x": { below: null, now: node("2") } }, b: {} });
  expect(compareContents(one, other).map(({ key }) => key)).toEqual(["a"]);
});

it("names the fields of the image's config, and a base that is another one", () => {
  const one = content({ l: {} }, { User: "ada" });
  const other = content({ l: {} }, { User: "bob", Cmd: ["sh"] });
  const changed = [
    { path: "Cmd", differences: [{ what: "value", from: "", to: '["sh"]' }] },
    { path: "User", differences: [{ what: "value", from: '"ada"', to: '"bob"' }] },
  ];
  expect(compareContents(one, other)).toEqual([{ key: "config", diff: { ...none, changed } }]);
  const from = (digest: string): ImageContent => ({
    ...content({}),
    layers: [{ key: "from", content: digest, changes: {} }],
  });
  expect(compareContents(from("1"), from("2"))).toEqual([{ key: "from", diff: none }]);
});
