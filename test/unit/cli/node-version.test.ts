import { readFileSync } from "node:fs";
import { satisfies } from "semver";
import { expect, it } from "vitest";
import { nodeVersionProblem } from "../../../src/cli/node-version.ts";

const { engines } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  engines: { node: string };
};

it("says in one line which Node is needed and which this is", () => {
  expect(nodeVersionProblem("20.20.0")).toBe(`devenv needs Node ${engines.node}; this is v20.20.0`);
});

it.each(["14.0.0", "18.20.8", "22.17.9", "22.18.0", "22.22.3", "23.11.0", "24.0.0", "24.21.0", "26.0.0"])(
  "decides as `engines` of package.json does for v%s",
  (version) => {
    expect(nodeVersionProblem(version) === undefined).toBe(satisfies(version, engines.node));
  },
);
