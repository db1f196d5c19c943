import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../../../src/host/saved-image/entry.ts";
import { applyChanges } from "../../../../src/plan/content/changes.ts";
import { emptyTree } from "../../../../src/plan/content/tree.ts";

const owner = { uid: 0, gid: 0 };
const file = (path: string, sha256 = "one", more: Partial<LayerEntry> = {}): LayerEntry => ({
  path,
  kind: "file",
  mode: 0o644,
  size: 1,
  sha256,
  ...owner,
  ...more,
});
const folder = (path: string, mode = 0o755): LayerEntry => ({ path, kind: "folder", mode, ...owner });
const link = (path: string, target: string): LayerEntry => ({ path, kind: "hard-link", mode: 0o644, target, ...owner });

/** What the last of some layers changes: what stands there now by path. */
function lastChanges(...layers: readonly (readonly LayerEntry[])[]) {
  const tree = emptyTree();
  applyChanges(tree, layers.slice(0, -1));
  const changes = Object.entries(applyChanges(tree, layers.slice(-1)));
  return Object.fromEntries(changes.map(([path, { now }]) => [path, now === null ? null : (now.sha256 ?? now.kind)]));
}

describe("the changes of a layer", () => {
  it("are what it adds, changes and removes", () => {
    const below = [folder("/d"), file("/d/a"), file("/d/b")];
    expect(lastChanges(below, [folder("/d"), file("/d/a", "two"), file("/d/.wh.b"), file("/d/c")])).toEqual({
      "/d/a": "two",
      "/d/b": null,
      "/d/c": "one",
    });
  });

  it("are neither files written again as they were nor folders on the way", () => {
    expect(lastChanges([folder("/d"), file("/d/a")], [folder("/"), folder("/d"), file("/d/a")])).toEqual({});
    expect(lastChanges([folder("/d")], [folder("/d", 0o700)])).toEqual({ "/d": "folder" });
  });

  it("are the same for an opaque folder and for one whiteout for each of its entries, in any order", () => {
    const below = [folder("/d"), file("/d/a"), folder("/d/e"), file("/d/e/f"), file("/d-not")];
    const opaque = [folder("/d"), file("/d/new"), file("/d/.wh..wh..opq")];
    const each = [file("/d/.wh.e"), file("/d/new"), file("/d/.wh.a"), folder("/d")];
    const expected = { "/d/a": null, "/d/e": null, "/d/e/f": null, "/d/new": "one" };
    expect(lastChanges(below, opaque)).toEqual(expected);
    expect(lastChanges(below, each)).toEqual(expected);
  });

  it("take away all below a folder that becomes a file, and make the folders that no entry names", () => {
    expect(lastChanges([folder("/d"), file("/d/a")], [file("/d")])).toEqual({ "/d": "one", "/d/a": null });
    expect(lastChanges([], [file("/x/y/z")])).toEqual({ "/x": "folder", "/x/y": "folder", "/x/y/z": "one" });
  });

  it("keep what is removed and made again in one layer", () => {
    expect(lastChanges([file("/a")], [file("/a", "two"), file("/.wh.a")])).toEqual({ "/a": "two" });
  });

  it("name linked files by the smallest path, whichever of them holds the content", () => {
    const tree = (layer: readonly LayerEntry[]) => applyChanges(emptyTree(), [layer]);
    const one = tree([file("/b"), link("/a", "/b"), link("/c", "/a")]);
    expect(one).toEqual(tree([link("/b", "/c"), file("/c"), link("/a", "/c")]));
    expect(Object.values(one).map(({ now }) => now?.hardLink)).toEqual(["/a", "/a", "/a"]);
    expect(tree([file("/a"), file("/b"), file("/c")])).not.toEqual(one);
  });

  it("tell owners, modes and attributes apart", () => {
    for (const more of [
      { uid: 1 },
      { gid: 1 },
      { mode: 0o4644 },
      { xattrs: { "security.capability": "x" } },
      { size: 2 },
    ])
      expect(lastChanges([file("/a")], [file("/a", "one", more)])).toEqual({ "/a": "one" });
  });
});
