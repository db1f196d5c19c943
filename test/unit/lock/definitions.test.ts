import { describe, expect, it } from "vitest";
import { apt, copy, dockerfile, env, run } from "../../../src/config/layers.ts";
import { bootstrap } from "../../../src/index.ts";
import { missingPins } from "../../../src/lock/check.ts";
import { definitionsOf } from "../../../src/lock/definitions.ts";
import { changedFiles, changedPlaces } from "../../../src/lock/differences.ts";
import { noteTexts } from "../../../src/lock/edit.ts";
import { emptyLockfile } from "../../../src/lock/lockfile.ts";
import { notedTexts } from "../../../src/lock/platforms.ts";
import { pinRequests } from "../../../src/lock/requests.ts";
import { amd64 } from "../../support/locks.ts";
import { specOf } from "../../support/plans.ts";

type Layers = NonNullable<Parameters<typeof specOf>[0]["dev"]>["image"] extends { layers?: infer All } ? All : never;
const from = bootstrap({ suite: "bookworm" });
function projectOf(layers: unknown, user?: string) {
  const spec = specOf({ dev: { image: { from, layers: layers as Layers, ...(user === undefined ? {} : { user }) } } });
  const [dev] = spec.environments;
  if (dev === undefined) throw new Error("no environment");
  return { spec, dev };
}
function lockedAs(layers: unknown, user?: string) {
  const { spec, dev } = projectOf(layers, user);
  return noteTexts(emptyLockfile, "dev", notedTexts(spec, dev, amd64)).environments.dev;
}
function changes(before: unknown, after: unknown) {
  const { spec, dev } = projectOf(after);
  return changedPlaces(lockedAs(before), notedTexts(spec, dev, amd64));
}

const shown = (text: string) => text.replaceAll(/ [0-9a-f]{12}/g, "");

describe("definitionsOf", () => {
  it("says each layer in a line, and neither a command nor the value of a variable", () => {
    const layers = [
      run("make", { env: { TOKEN: "s3cret" } }),
      copy(["a", "b"], "/srv/", { owner: "dev" }),
      env({ B: "s3cret", A: "1" }),
      dockerfile("RUN s3cret"),
    ];
    const texts = definitionsOf(projectOf(layers, "ada").dev).map(({ place, text }) => `${place} ${text}`);
    expect(texts.map((text) => text.replace(/[0-9a-f]{12}$/, "DIGEST"))).toEqual([
      "image.layers[0] run DIGEST",
      "image.layers[1] copy(a, b, /srv/, dev)",
      "image.layers[2] env(A, B) DIGEST",
      "image.layers[3] dockerfile DIGEST",
      "image.layers 4 layers",
      "image.user ada",
    ]);
  });
});

describe("changedPlaces", () => {
  it.each([
    ["a changed command", [run("a")], [run("b")], ["image.layers[0]: run → run"]],
    [
      "a layer that is gone",
      [apt("git"), run("a")],
      [apt("git")],
      ["image.layers: 2 layers → 1 layer", "image.layers[1]: run → undefined"],
    ],
    ["nothing where nothing changed", [apt("git"), run("a")], [apt("git"), run("a")], []],
  ])("names %s", (_what, before, after, expected) => {
    expect(
      changes(before, after).map(({ place, lockedAs: old, wanted }) => shown(`${place}: ${old} → ${wanted}`)),
    ).toEqual(expected);
  });

  it("says nothing of a lock that an earlier version wrote", () => {
    expect(
      changedPlaces({ requests: { "image.from": "bootstrap(bookworm)" }, images: {} }, { "image.layers[0]": "run(a)" }),
    ).toEqual([]);
  });
});

it("compares files only where they were noted", () => {
  const locked = { requests: { "image.layers[0] (files)": "1", "image.layers[1] (files)": "2" }, images: {} };
  expect(changedFiles(locked, { "image.layers[0]": "1", "image.layers[1]": "3", "image.layers[2]": "4" })).toEqual([
    "image.layers[1]",
  ]);
});

it("says what a request was locked as, and not what else its place says", () => {
  const { spec, dev } = projectOf([apt("git")]);
  const texts = { ...notedTexts(spec, dev, amd64), "image.layers[0]": "apt(curl) + run(x)" };
  const lockfile = noteTexts(emptyLockfile, "dev", texts);
  const definitions = [{ place: "image.layers[0]", text: "run(x)" }];
  const query = { lockfile, environment: "dev", platform: amd64, definitions };
  const missing = missingPins(query, pinRequests(spec, dev, amd64));
  expect(missing.map(({ lockedAs: old }) => old)).toEqual([undefined, "apt(curl)"]);
});
