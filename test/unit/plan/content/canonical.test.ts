import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import type { LayerEntry, SavedConfig, SavedImage } from "../../../../src/host/saved-image/entry.ts";
import { readLayer } from "../../../../src/host/saved-image/read-layer.ts";
import { layerTar } from "../../../../src/host/saved-image/write-layer.ts";
import { canonicalImage } from "../../../../src/plan/content/canonical.ts";
import { imageContent } from "../../../../src/plan/content/content.ts";
import { imageOf } from "../../../support/plans.ts";

const lines = ["RUN a", "RUN b", "RUN c"];
const image = {
  ...imageOf({ image: { from: "debian:12" } }),
  key: "image",
  dockerfile: ["FROM debian:12", ...lines].join("\n"),
  origins: lines.map((_, index) => ({ from: index + 2, to: index + 2, key: `image.layers[${index}]` })),
};
const root = { uid: 0, gid: 0 };
const folder = (path: string, mode = 0o755): LayerEntry => ({ path, kind: "folder", mode, ...root });
const file = (path: string, text: string, mode = 0o644): LayerEntry => ({
  path,
  kind: "file",
  mode,
  ...root,
  size: text.length,
  sha256: sha256(text),
});
const whiteout = (path: string): LayerEntry => ({ ...file(path, ""), mode: 0 });
const hardLink = (path: string, target: string): LayerEntry => ({
  path,
  kind: "hard-link",
  mode: 0o644,
  ...root,
  target,
});
const savedOf = (...layers: readonly (readonly LayerEntry[])[]): SavedImage => ({
  config: { architecture: "amd64", os: "linux", config: { Env: ["A=1"], Labels: { maintainer: "ada" } } },
  layers: layers.map((entries, index) => ({ diffId: `sha256:${index}`, entries })),
});
const canonical = (saved: SavedImage) => canonicalImage([{ image, baseLayers: 1 }], saved);
const entriesOf = (...layers: readonly (readonly LayerEntry[])[]) =>
  canonical(savedOf(...layers)).layers.map(({ entries }) => entries);

describe("the layers of an image in canonical form", () => {
  it("hold what changes in effect, sorted, with the folders on the way as they are", () => {
    const base = [folder("/d", 0o700), file("/d/same", "x"), file("/d/b", "x")];
    expect(entriesOf(base, [folder("/d", 0o700), file("/d/z", "z"), file("/d/same", "x"), file("/d/b", "y")])).toEqual([
      [folder("/d", 0o700), file("/d/b", "y"), file("/d/z", "z")],
    ]);
  });

  it("name each thing removed once, however an engine says it", () => {
    const base = [folder("/d"), folder("/d/e"), file("/d/e/f", "x"), file("/d/g", "x")];
    const expected = [[folder("/d"), whiteout("/d/.wh.e"), file("/d/new", "n")]];
    const one = [folder("/d"), whiteout("/d/.wh..wh..opq"), file("/d/g", "x"), file("/d/new", "n")];
    expect(entriesOf(base, one)).toEqual(expected);
    expect(entriesOf(base, [file("/d/new", "n"), whiteout("/d/.wh.e")])).toEqual(expected);
    expect(entriesOf(base, [file("/d", "now a file")])).toEqual([[file("/d", "now a file")]]);
  });

  it("have a hard link's file with them, under the smallest name", () => {
    const base = [file("/b", "x")];
    const expected = [[file("/b", "x"), hardLink("/c", "/b")]];
    expect(entriesOf(base, [file("/b", "x"), hardLink("/c", "/b")])).toEqual(expected);
    expect(entriesOf(base, [file("/c", "x"), hardLink("/b", "/c")])).toEqual(expected);
    expect(entriesOf([], [file("/b", "x"), hardLink("/a", "/b")])).toEqual([[file("/a", "x"), hardLink("/b", "/a")]]);
  });
});

it("tells in the config and its history what made each layer, and nothing of when or by which engine", () => {
  const { baseLayers, config } = canonical(savedOf([], [file("/a", "x")], [file("/b", "x")], []));
  const created = "2020-01-01T00:00:00Z";
  expect(baseLayers).toBe(1);
  expect(config(["1", "2", "3", "4"])).toEqual({
    created,
    architecture: "amd64",
    os: "linux",
    config: { Env: ["A=1"], Labels: { maintainer: "ada", ...image.labels } },
    history: ["base", ...lines.map((_, index) => `devenv image.layers[${index}]`)].map((by) => ({
      created,
      created_by: by,
    })),
    rootfs: { type: "layers", diff_ids: ["1", "2", "3", "4"] },
  });
});

const paths = ["/a", "/a/b", "/a/b/c", "/a/b/d", "/e", "/e/f"];
const texts = ["", "one", "two"];
const entry = (path: string): fc.Arbitrary<LayerEntry> =>
  fc.oneof(
    fc.constantFrom(0o755, 0o700).map((mode) => folder(path, mode)),
    fc.constantFrom(...texts).map((text) => file(path, text)),
    fc.constantFrom("x", "../y").map((target): LayerEntry => ({ path, kind: "link", mode: 0o777, ...root, target })),
    fc.constant(whiteout(path.replace(/[^/]+$/, ".wh.$&"))),
    fc.constantFrom(...paths).map((target) => hardLink(path, target)),
  );
/** As a program could have left it: nothing lies below a file, and a hard link's file is there. */
const layer = fc.tuple(...paths.map((path) => fc.option(entry(path), { nil: undefined, freq: 2 }))).map((found) => {
  const kept: LayerEntry[] = [];
  const isFolder = (path: string) =>
    kept.every((one) => !path.startsWith(`${one.path.replace(".wh.", "")}/`) || one.kind === "folder");
  for (const one of found) {
    if (one === undefined || !isFolder(one.path)) continue;
    const isLost = one.kind === "hard-link" && !kept.some(({ path, kind }) => path === one.target && kind === "file");
    if (!isLost) kept.push(one);
  }
  return kept;
});

function contentOf(saved: SavedImage) {
  const { content, layers } = imageContent(image, saved, 1);
  return [content, ...layers.map((place) => [place.key, place.content])];
}

it("reads back as what was written, and holds what the image holds", async () => {
  async function* content(digest: string) {
    yield Buffer.from(texts.find((text) => sha256(text) === digest) ?? "");
  }
  const property = fc.asyncProperty(fc.array(layer, { minLength: 4, maxLength: 4 }), async (layers) => {
    const saved = savedOf(...layers);
    const made = canonical(saved);
    const read: LayerEntry[][] = [];
    for (const { entries } of made.layers) {
      const tar = await buffer(layerTar(entries, content));
      read.push([...(await readLayer(Readable.from([tar]))).entries]);
    }
    expect(read).toEqual(made.layers.map(({ entries }) => entries));
    const again = { ...savedOf(layers[0] ?? [], ...read), config: made.config([]) as SavedConfig };
    expect(contentOf(again)).toEqual(contentOf(saved));
    expect(canonical(again).layers).toEqual(made.layers);
  });
  await fc.assert(property, { numRuns: 200 });
});
