import { expect, it } from "vitest";
import { contextTimeNs, contextTree } from "../../../../src/engine/docker/context-tree.ts";
import type { ContextFile } from "../../../../src/plan/plan.ts";

const file = (path: string, digest = "0".repeat(64)): ContextFile => ({
  kind: "file",
  path,
  mode: 0o644,
  size: 1,
  digest,
  source: `/src/${path}`,
});

it("sorts depth first, siblings by the bytes of their names", () => {
  const paths = ["a-b", "\u{1f600}", "a/x", "ä", "b", "a", "B", "\uffee"];
  const entries = paths.map((path) => (path === "a" ? ({ kind: "folder", path } as const) : file(path)));

  expect(contextTree(entries).map(({ path }) => path)).toEqual([
    "B",
    "a",
    "a/x",
    "a-b",
    "b",
    "ä",
    "\uffee",
    "\u{1f600}",
  ]);
});

it("adds the folders that nobody named, before their content", () => {
  expect(contextTree([file("a/b/c"), file("a/d")])).toEqual([
    { kind: "folder", path: "a" },
    { kind: "folder", path: "a/b" },
    file("a/b/c"),
    file("a/d"),
  ]);
});

it("gives files with different content different times within the same second", () => {
  const [one, two] = [file("a", "1".repeat(64)), file("a", "2".repeat(64))].map(contextTimeNs);

  expect(one).not.toBe(two);
  expect((one ?? 0n) / 1_000_000_000n).toBe((two ?? 1n) / 1_000_000_000n);
});

it("gives folders and links whole seconds", () => {
  expect(contextTimeNs({ kind: "folder", path: "a" })).toBe(315_532_800_000_000_000n);
  expect(contextTimeNs({ kind: "link", path: "a", target: "b" })).toBe(315_532_800_000_000_000n);
});
