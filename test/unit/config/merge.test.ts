import { describe, expect, it } from "vitest";
import { bootstrap } from "../../../src/config/define.ts";
import { apt, run } from "../../../src/config/layers.ts";
import { type ConfigPart, mergeConfig } from "../../../src/config/merge.ts";

const context = { ci: true, env: { SUITE: "trixie" } };

describe("mergeConfig", () => {
  const rows: { what: string; base: ConfigPart; mine: ConfigPart; merged: ConfigPart }[] = [
    {
      what: "lets mine win where both name a value",
      base: { name: "team", shell: "sh" },
      mine: { name: "shop" },
      merged: { name: "shop", shell: "sh" },
    },
    {
      what: "merges records key by key, at every depth",
      base: { environments: { dev: { image: "a", env: { A: "1", B: "1" } } } },
      mine: { environments: { dev: { env: { B: "2" } }, docs: { image: "c" } } },
      merged: { environments: { dev: { image: "a", env: { A: "1", B: "2" } }, docs: { image: "c" } } },
    },
    {
      what: "puts my layers and ports after the base's",
      base: { image: { from: "a", layers: [apt("git")] }, ports: [1] },
      mine: { image: { from: "b", layers: [run("make")] }, ports: [2] },
      merged: { image: { from: "b", layers: [apt("git"), run("make")] }, ports: [1, 2] },
    },
    {
      what: "takes my `from` as a whole, whatever kind the base's is",
      base: { image: { from: bootstrap({ suite: "bookworm", packages: ["git"] }) } },
      mine: { image: { from: { environment: "base" } } },
      merged: { image: { from: { environment: "base" } } },
    },
    {
      what: "takes mine when one is short and the other is long",
      base: { tasks: { test: "npm test" } },
      mine: { tasks: { test: { command: "npm test", cwd: "api" } } },
      merged: { tasks: { test: { command: "npm test", cwd: "api" } } },
    },
    {
      what: "keeps the base's value where mine is undefined",
      base: { name: "team", shell: "sh" },
      mine: { shell: undefined } as unknown as ConfigPart,
      merged: { name: "team", shell: "sh" },
    },
  ];
  it.each(rows)("$what", ({ base, mine, merged }) => {
    expect(mergeConfig(base, mine)).toEqual(merged);
  });

  it("changes neither of its arguments", () => {
    const base: ConfigPart = { ports: [1], env: { A: "1" } };
    const mine: ConfigPart = { ports: [2], env: { A: "2" } };
    mergeConfig(base, mine);
    expect([base, mine]).toEqual([
      { ports: [1], env: { A: "1" } },
      { ports: [2], env: { A: "2" } },
    ]);
  });

  it("gives a function when either is one, and passes the context on", async () => {
    const merged = mergeConfig(
      ({ env }) => ({ name: "team", image: `debian:${env.SUITE}` }),
      async ({ ci }) => ({ env: { CI: String(ci) } }),
    );
    expect(await (merged as (given: typeof context) => unknown)(context)).toEqual({
      name: "team",
      image: "debian:trixie",
      env: { CI: "true" },
    });
  });
});
