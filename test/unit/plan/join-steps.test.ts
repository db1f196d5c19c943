import { describe, expect, it } from "vitest";
import { bootstrap } from "../../../src/config/define.ts";
import { apt, copy, dockerfile, env, type Layer, run } from "../../../src/config/layers.ts";
import { dockerfileOn } from "../../../src/plan/base-user.ts";
import { keysAt, layerPlaces } from "../../../src/plan/content/places.ts";
import { dockerfileSteps } from "../../../src/plan/steps.ts";
import { dockerfileLines } from "../../../src/plan/why.ts";
import { imageOf } from "../../support/plans.ts";

const imageWith = (
  layers: readonly Layer[],
  from: string | ReturnType<typeof bootstrap> = bootstrap({ suite: "bookworm" }),
) => imageOf({ image: { from, layers: [...layers] } });

/** The scripts of an image's RUNs without what stands around them, and its other instructions. */
function stepsOf(text: string): readonly string[] {
  return dockerfileSteps(text)
    .map(({ instruction }) => instruction.replaceAll(/\\\n/g, "").replaceAll(/\s+/g, " "))
    .filter((instruction) => instruction.startsWith("RUN"))
    .map((instruction) => instruction.replace(/^.* \. \/run\/devenv\/build\/begin; /, ""));
}

const cached = (...cache: string[]) => run("make", { cache });

describe("copies", () => {
  it.each<[string, readonly Layer[], readonly string[]]>([
    ["join the command that follows", [copy("a", "/b"), run("make")], ["(copy a /b) && (make); finish $?"]],
    [
      "join it several at a time, past variables",
      [copy("a", "/b"), env({ A: "1" }), copy("c", "/d", { owner: "ada" }), env({ B: "2" }), run("make")],
      ["(copy a /b && copy --chown=ada c /d) && (make); finish $?"],
    ],
    [
      "join a step of devenv's own",
      [copy("list", "/etc/apt/sources.list.d/"), apt("git")],
      [
        expect.stringMatching(
          /^\(copy list \/etc\/apt\/sources\.list\.d\/\) && \(make_man_folders && apt-get update .* git && drop_host_keys\); finish \$\?$/,
        ),
      ],
    ],
    [
      "become one step where nothing follows",
      [copy("a", "/b"), env({ A: "1" }), copy("c", "/d")],
      ["(copy a /b && copy c /d); finish $? --settled"],
    ],
    [
      "stay before raw lines",
      [copy("a", "/b"), dockerfile("RUN make")],
      ["(copy a /b); finish $? --settled", "RUN make"],
    ],
    [
      "stay before a command of another user",
      [dockerfile("USER ada"), copy("a", "/b"), run("make")],
      ["(copy a /b); finish $? --settled", "(make); finish $?"],
    ],
    [
      "join a command with caches, whose mount points the step before makes",
      [run("true"), copy("a", "/b"), cached("/root/.cache")],
      ["(true); finish $? --mkdir=/root/.cache", "(copy a /b) && (make); finish $?"],
    ],
    [
      "make the mount points where there is no step before",
      [copy("a", "/b"), cached("/root/.cache")],
      ["(copy a /b); finish $? --settled --mkdir=/root/.cache", "(make); finish $?"],
    ],
    ...["/c/x", "/c", "/", "rel", "/./c/y/../x"].map((to): [string, readonly Layer[], readonly string[]] => [
      `to \`${to}\` stay out of a command whose cache could be in their way`,
      [run("true"), copy("a", to), cached("/c")],
      ["(true); finish $?", expect.stringMatching(/^\(copy .*--settled --mkdir=\/c$/), "(make); finish $?"],
    ]),
    [
      "that own a folder stay out where its cache may be in a new one of the same",
      [run("true"), copy("a", "/new/b", { owner: "ada" }), cached("/new/c")],
      ["(true); finish $?", "(copy --chown=ada a /new/b); finish $? --settled --mkdir=/new/c", "(make); finish $?"],
    ],
  ])("%s", (_title, layers, steps) => expect(stepsOf(imageWith(layers).dockerfile)).toEqual(steps));

  it("stay out of the secrets of a command", () => {
    const image = {
      from: bootstrap({ suite: "bookworm" }),
      layers: [copy("a", "/run/"), run("make", { secrets: ["KEY"] })],
    };
    expect(stepsOf(imageOf({ image, secrets: { KEY: { env: "KEY" } } }).dockerfile)).toHaveLength(2);
  });

  it("join steps of devenv's own, and no command, where only the engine knows the user", () => {
    const image = imageWith([copy("a", "/b"), apt("git"), copy("c", "/d"), copy("e", "/f"), run("make")], "debian:12");
    expect(stepsOf(image.dockerfile)).toEqual([
      expect.stringMatching(/^\(copy a \/b\) && \(make_man_folders && apt-get/),
      "(copy c /d && copy e /f); finish $? --settled",
      "(make); finish $?",
    ]);
    const verbs = dockerfileOn(image, "ada")
      .split("\n")
      .flatMap((line) => /^(USER \w+|RUN)/.exec(line)?.[0] ?? []);
    const own = ["USER root", "RUN", "USER ada"];
    expect(verbs).toEqual([...own, ...own, "RUN"]);
  });

  it("keep a command of several lines out of the Dockerfile's own syntax", () => {
    const { dockerfile: text } = imageWith([copy("a", "/b"), run("a\nb")]);
    const [script = ""] = /\["\/bin\/sh.*$/m.exec(text) ?? [];
    expect(JSON.parse(script)[2]).toBe(
      "devenv_step=1; . /run/devenv/build/begin\n(copy a /b) &&\n(\na\nb\n)\nfinish $?",
    );
  });
});

describe("a joined step", () => {
  const image = imageWith([copy("a", "/b"), env({ A: "1" }), run("make"), copy("c", "/d")]);
  const key = (index: number) => `environments.dev.image.layers[${index}]`;

  it("stands under the keys of its layers", () => {
    expect(image.dockerfile).toContain(`\n\n# ${key(1)}: env\nENV A="1"\n\n# ${key(0)}: copy\n# ${key(2)}: run\nRUN `);
  });

  it("is told of by all of them", () => {
    const line = dockerfileLines(image).find(({ text }) => text.includes("make"));
    expect(line).toMatchObject({ key: key(2), copies: [key(0)] });
  });

  it("is one place of the image, named by all of them", () => {
    const steps = dockerfileSteps(image.dockerfile).length - 1;
    const places = layerPlaces(image, steps, {});
    expect(places.slice(-2)).toEqual(["layers[0], layers[2]", "layers[3]"]);
    expect(keysAt(image, "layers[0], layers[2]")).toEqual([key(0), key(2)]);
  });

  it("counts each of its layers by itself", () => {
    expect(Object.keys(image.inputs)).toEqual(expect.arrayContaining([0, 1, 2, 3].map((index) => `layers[${index}]`)));
    const other = imageWith([copy("a", "/b2"), env({ A: "1" }), run("make"), copy("c", "/d")]);
    const changed = Object.keys(image.inputs).filter((place) => image.inputs[place] !== other.inputs[place]);
    expect(changed).toEqual(["layers[0]"]);
  });
});
