import { expect, it } from "vitest";
import { copy, dockerfile, env, type Layer, run } from "../../../src/config/layers.ts";
import { factChanges } from "../../../src/plan/fact-changes.ts";
import type { Fact } from "../../../src/plan/plan.ts";
import { imageOf } from "../../support/plans.ts";

const factsOf = (layer: Layer): readonly Fact[] =>
  imageOf({ image: { from: "debian:12", layers: [layer] }, secrets: { S: { env: "S" } } }).facts["layers[0]"] ?? [];
const changes = (before: Layer, after: Layer) => factChanges(factsOf(before), factsOf(after));

it.each([
  ["nothing of what is the same", run("make"), run("make"), []],
  ["a command", run("make"), run(["make", "make install"]), ["command  make → make && make install"]],
  ["raw lines", dockerfile("RUN a"), dockerfile("RUN b"), ["lines  RUN a → RUN b"]],
  [
    "the options of a command",
    run("make", { cache: ["/a"], secrets: ["S"] }),
    run("make", { cache: ["/a", "/b"], workdir: "/w", network: "none" }),
    ["option cache /a → /a, /b", "option network default → none", "option secrets S → -", "option workdir - → /w"],
  ],
  ["where files are copied to", copy("a", "/a"), copy("a", "/b"), ["option to /a → /b"]],
  [
    "variables without their values",
    env({ A: "1", B: "1" }),
    env({ A: "2", C: "1" }),
    ["variable A", "variable B", "variable C"],
  ],
] as const)("names %s", (_name, before, after, expected) => {
  const printed = changes(before, after).map(({ what, name, from, to }) =>
    from === undefined && to === undefined ? `${what} ${name}` : `${what} ${name} ${from ?? "-"} → ${to ?? "-"}`,
  );
  expect(printed).toEqual(expected);
});

const fact = (name: string, value: string, shown: string): Fact => ({ what: "package", name, value, shown });

it("names packages by version, those too whose version is the same and whose bytes are not", () => {
  const before = [fact("a", "1", "1.0"), fact("b", "1", "1.0"), fact("gone", "1", "1.0")];
  const after = [fact("a", "2", "2.0"), fact("b", "2", "1.0"), fact("new", "1", "3.0")];
  expect(factChanges(before, after)).toEqual([
    { what: "package", name: "a", change: "changed", from: "1.0", to: "2.0" },
    { what: "package", name: "b", change: "changed" },
    { what: "package", name: "gone", change: "removed", from: "1.0", to: undefined },
    { what: "package", name: "new", change: "added", from: undefined, to: "3.0" },
  ]);
});

it("does not take packages that are not locked yet for removed ones", () => {
  const lock = (value: string): Fact => ({ what: "lock", name: "", value, shown: value });
  expect(factChanges([fact("a", "1", "1.0"), lock("present")], [lock("missing")])).toEqual([
    { what: "lock", name: "", change: "changed", from: "present", to: "missing" },
  ]);
});
