import { expect, expectTypeOf, it } from "vitest";
import {
  type BootstrapBase,
  bootstrap,
  type Config,
  type ConfigContext,
  type ConfigInput,
  defineConfig,
  type EnvironmentConfig,
} from "../../../src/config/define.ts";
import { apt, type Layer, type LayerGroup, run } from "../../../src/config/layers.ts";
import { mergeConfig } from "../../../src/config/merge.ts";
import { go, node, python } from "../../../src/config/presets.ts";

it("gives a config back unchanged", () => {
  const config: Config = { name: "shop", image: "debian:bookworm" };
  expect(defineConfig(config)).toBe(config);
  expectTypeOf(defineConfig).parameter(0).toEqualTypeOf<ConfigInput>();
});

it("types what a config function is given", () => {
  const input = defineConfig(({ ci, env }) => {
    expectTypeOf(ci).toEqualTypeOf<boolean>();
    expectTypeOf(env).toEqualTypeOf<ConfigContext["env"]>();
    return { name: "shop", image: ci ? "debian:bookworm" : `debian:${env.SUITE}` };
  });
  expect(input).toBeTypeOf("function");
});

it("refuses misspelt keys and wrong types while the config is written", () => {
  // @ts-expect-error a key that does not exist
  defineConfig({ name: "shop", image: "debian", pots: [3000] });
  // @ts-expect-error a port is a number
  defineConfig({ name: "shop", image: "debian", ports: ["3000"] });
  // @ts-expect-error a name is needed
  defineConfig({ image: "debian" });
  // @ts-expect-error an environment needs an image
  defineConfig({ name: "shop", environments: { dev: { shell: "bash" } } });
  // @ts-expect-error the way a workspace gets there is one of a few
  defineConfig({ name: "shop", image: "debian", workspace: { mode: "mirror" } });
  expectTypeOf<EnvironmentConfig["image"]>().not.toBeAny();
});

it("takes layers, and presets as groups of layers", () => {
  expectTypeOf(apt("git")).toExtend<Layer>();
  expectTypeOf(run("make", { network: "none" })).toExtend<Layer>();
  expectTypeOf(node()).toEqualTypeOf<LayerGroup>();
  expectTypeOf(python).parameter(0).toEqualTypeOf<string | undefined>();
  expectTypeOf(go).returns.toEqualTypeOf<LayerGroup>();
  const config = defineConfig({ name: "shop", image: { from: "debian", layers: [apt("git"), node("24.21.0")] } });
  expect(config).toHaveProperty("image.layers.length", 2);
});

it("makes a bootstrap base without its kind being named", () => {
  expectTypeOf(bootstrap({ suite: "bookworm" })).toEqualTypeOf<BootstrapBase>();
  expect(bootstrap({ suite: "bookworm" })).toEqual({ kind: "bootstrap", suite: "bookworm" });
});

it("merges two configs to a config, and functions to an input", () => {
  expectTypeOf(mergeConfig({ name: "team" }, { image: "debian" })).toEqualTypeOf<Config>();
  expectTypeOf(mergeConfig({ name: "team" }, () => ({ image: "debian" }))).toEqualTypeOf<ConfigInput>();
  // @ts-expect-error a part is checked as well
  mergeConfig({ name: "team" }, { imag: "debian" });
});
