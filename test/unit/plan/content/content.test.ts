import { describe, expect, it } from "vitest";
import type { LayerEntry, SavedConfig } from "../../../../src/host/saved-image/entry.ts";
import { contentConfig } from "../../../../src/plan/content/config.ts";
import { imageContent } from "../../../../src/plan/content/content.ts";
import { layerPlaces } from "../../../../src/plan/content/places.ts";
import { imageOf } from "../../../support/plans.ts";

const image = imageOf({ image: { from: "debian:12" } });
const placed = (lines: readonly string[]) => ({
  ...image,
  key: "image",
  dockerfile: ["FROM debian:12", ...lines].join("\n"),
  origins: lines.map((_, index) => ({ from: index + 2, to: index + 2, key: `image.layers[${index}]` })),
});
const file = (path: string, sha256: string): LayerEntry => ({
  path,
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 1,
  sha256,
});

describe("the config that counts", () => {
  it("is the same whatever an engine writes for nothing, in whatever order, and without devenv's labels", () => {
    const labels = { "devenv.fingerprint": "x", maintainer: "ada" };
    const one: SavedConfig = {
      architecture: "amd64",
      os: "linux",
      config: {
        Env: ["B=2", "A=1"],
        Cmd: ["sh"],
        OnBuild: null,
        ArgsEscaped: true,
        WorkingDir: "/",
        User: "",
        Labels: labels,
      },
    };
    const other: SavedConfig = {
      os: "linux",
      architecture: "amd64",
      config: { Labels: { maintainer: "ada" }, Env: ["A=1", "B=2"], Cmd: ["sh"], Entrypoint: [], Volumes: {} },
    };
    expect(contentConfig(one)).toEqual(contentConfig(other));
    expect(contentConfig(one)).toEqual({
      architecture: "amd64",
      os: "linux",
      Cmd: ["sh"],
      Env: ["A=1", "B=2"],
      Labels: { maintainer: "ada" },
    });
  });
});

describe("the place of a layer", () => {
  it("is that of its instruction", () => {
    const plan = placed(["RUN a", "ENV A=b", "COPY x /", "WORKDIR /y"]);
    expect(layerPlaces(plan, 3, {})).toEqual(["layers[0]", "layers[2]", "layers[3]"]);
  });

  it("is read off the history where an instruction made no layer", () => {
    const plan = placed(["RUN a", "WORKDIR /y", "COPY x /"]);
    const history = [
      { created_by: "base" },
      { created_by: "RUN /bin/sh -c a # buildkit" },
      { created_by: "WORKDIR /y", empty_layer: true },
      { created_by: "COPY x / # buildkit" },
    ];
    expect(layerPlaces(plan, 2, { history })).toEqual(["layers[0]", "layers[2]"]);
  });

  it("is the last one where nothing tells", () => {
    expect(layerPlaces(placed(["RUN a", "RUN b"]), 3, {})).toEqual(["layers[1]", "layers[1]", "layers[1]"]);
  });
});

describe("the content of an image", () => {
  const saved = (base: string, ...layers: readonly LayerEntry[][]) => ({
    config: {},
    layers: [
      { diffId: base, entries: [file("/base", base)] },
      ...layers.map((entries) => ({ diffId: "any", entries })),
    ],
  });
  const plan = placed(["RUN a", "RUN b"]);

  it("is told by place; the base counts by its diff_ids, other layers by what they change", () => {
    const one = imageContent(plan, saved("1", [file("/a", "x")], [file("/b", "y")]), 1);
    expect(one.layers.map(({ key }) => key)).toEqual(["from", "layers[0]", "layers[1]"]);
    expect(imageContent(plan, saved("1", [file("/a", "x"), file("/base", "1")], [file("/b", "y")]), 1)).toEqual(one);
    const other = imageContent(plan, saved("2", [file("/a", "x")], [file("/b", "z")]), 1);
    const same = one.layers.map(({ content }, index) => content === other.layers[index]?.content);
    expect(same).toEqual([false, true, false]);
  });
});
