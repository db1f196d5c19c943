import { describe, expect, it } from "vitest";
import { run } from "../../../src/config/layers.ts";
import { dockerfileLines, inputChanges } from "../../../src/plan/why.ts";
import { imageOf } from "../../support/plans.ts";

const changes = (before: Record<string, string>, after: Record<string, string>, environmentKey = "environments.dev") =>
  inputChanges({ environmentKey, before, after });

describe("inputChanges", () => {
  it.each([
    { name: "nothing where nothing differs", before: { image: "a" }, after: { image: "a" }, expected: [] },
    {
      name: "the image's own inputs in place of the image",
      before: { image: "a", "image.layers[0]": "1" },
      after: { image: "b", "image.layers[0]": "2" },
      expected: [{ input: "image.layers[0]", change: "changed", key: "environments.dev.image.layers[0]" }],
    },
    {
      name: "the image where all of its inputs are the same",
      before: { image: "a", "image.from": "1" },
      after: { image: "b", "image.from": "1" },
      expected: [{ input: "image", change: "changed", key: undefined }],
    },
    {
      name: "what is locked at the field that asks for it",
      before: {},
      after: { "image.from (locked)": "1" },
      expected: [{ input: "image.from (locked)", change: "added", key: "environments.dev.image.from" }],
    },
    {
      name: "no key for what the host adds",
      before: { "the host's user": "1" },
      after: {},
      expected: [{ input: "the host's user", change: "removed", key: undefined }],
    },
  ])("says $name", ({ before, after, expected }) => expect(changes(before, after)).toEqual(expected));

  it("names keys of an environment at the top of the config as they stand there", () => {
    expect(changes({ "env.A": "1" }, { "env.A": "2" }, "")).toEqual([
      { input: "env.A", change: "changed", key: "env.A" },
    ]);
  });
});

it("says of each Dockerfile line which key made it", () => {
  const image = imageOf({ image: { from: "debian", layers: [run("one"), run("two")] } });
  const lines = dockerfileLines(image);
  expect(lines.map(({ text }) => text).join("\n")).toBe(image.dockerfile.replace(/\n$/, ""));
  expect(lines.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1));
  const made = (text: string) => lines.find((line) => line.text.includes(text))?.key;
  expect(made("one")).toBe("environments.dev.image.layers[0]");
  expect(made("two")).toBe("environments.dev.image.layers[1]");
});
