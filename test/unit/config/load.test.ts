import { chownSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const context = { ci: false, env: {} };
const shop = `import { apt, defineConfig } from "devenv";
export default defineConfig({ name: "shop", image: { from: "debian:bookworm", layers: [apt("git")] } });
`;
const shopEnvironment = { image: { from: "debian:bookworm", layers: [{ kind: "apt", packages: ["git"] }] } };

describe("loadConfig", () => {
  it.each([
    { where: "in a folder with nothing else", packageJson: undefined },
    { where: "in a CommonJS project", packageJson: '{ "type": "commonjs" }' },
    { where: "in a project of ES modules", packageJson: '{ "type": "module" }' },
    { where: "in a project that says neither", packageJson: "{}" },
  ])("loads a TypeScript config that imports devenv $where", async ({ packageJson }) => {
    using project = temporaryFolder({ "devenv.config.ts": shop });
    if (packageJson !== undefined) project.write({ "package.json": packageJson });
    const loaded = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(loaded.config).toEqual({
      name: "shop",
      registries: {},
      packages: {},
      environments: { dev: shopEnvironment },
      isSingle: true,
    });
    expect(loaded.root).toBe(project.path);
    expect(loaded.file).toBe(join(project.path, "devenv.config.ts"));
    expect(loaded.environmentKey("dev")).toBe("");
  });

  it("finds the config from any folder below it, past a package.json without the key", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": shop,
      "packages/api/package.json": "{}",
      "packages/api/src": null,
    });
    const { root, locate } = await loadConfig({
      self: testHost(),
      cwd: join(project.path, "packages/api/src"),
      context,
    });
    expect(root).toBe(project.path);
    expect(await locate("image.layers[0]")).toEqual({ file: "../../../devenv.config.ts", line: 2, column: 88 });
  });

  it.each([
    ["devenv.config.mts", shop],
    ["devenv.config.mjs", shop],
    ["devenv.config.js", shop],
    [
      "devenv.config.js",
      `const { apt } = require("devenv");\nmodule.exports = { name: "shop", image: { from: "debian:bookworm", layers: [apt("git")] } };`,
    ],
    ["devenv.config.json", JSON.stringify({ name: "shop", ...shopEnvironment })],
    ["devenv.config.json", `\uFEFF${JSON.stringify({ name: "shop", ...shopEnvironment })}`],
    [
      "devenv.config.yaml",
      "name: shop\nimage:\n  from: debian:bookworm\n  layers:\n    - kind: apt\n      packages: [git]\n",
    ],
    ["package.json", JSON.stringify({ name: "@acme/shop", devenv: { name: "shop", ...shopEnvironment } })],
  ])("loads %s", async (name, text) => {
    using project = temporaryFolder({ [name]: text });
    const { config, files } = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(config.environments).toEqual({ dev: shopEnvironment });
    expect(files.filter((file) => existsSync(file))).toEqual([join(project.path, name)]);
  });

  it("loads the file that is named, whatever else is there", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": shop,
      "other/ci.ts": 'export default { name: "ci", image: "a" };',
    });
    const { config, root } = await loadConfig({
      self: testHost(),
      cwd: project.path,
      configFile: "other/ci.ts",
      context,
    });
    expect([config.name, root]).toEqual(["ci", join(project.path, "other")]);
  });

  it("keeps several environments by their names", async () => {
    using project = temporaryFolder({
      "devenv.config.ts":
        'export default { name: "shop", environments: { web: { image: "a" }, "my-db": { image: "b" } } };',
    });
    const { config, environmentKey } = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(config).toMatchObject({ environments: { web: { image: "a" }, "my-db": { image: "b" } }, isSingle: false });
    expect(environmentKey("my-db")).toBe("environments.my-db");
  });

  it("calls a config function with what it may depend on", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": `import { defineConfig } from "devenv";
        export default defineConfig(async ({ ci, env }) => ({ name: env.NAME ?? "none", image: ci ? "ci" : "local" }));`,
    });
    const { config } = await loadConfig({
      self: testHost(),
      cwd: project.path,
      context: { ci: true, env: { NAME: "shop" } },
    });
    expect(config).toMatchObject({ name: "shop", environments: { dev: { image: "ci" } } });
  });

  it("awaits a promise, and takes enums and other TypeScript that is more than types", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": `enum Base { Debian = "debian" }
        class Name { constructor(readonly text: string) {} }
        export default Promise.resolve({ name: new Name("shop").text, image: Base.Debian });`,
    });
    const { config } = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(config).toMatchObject({ name: "shop", environments: { dev: { image: "debian" } } });
  });

  it("merges a team's config from a package that imports devenv itself", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": `import { mergeConfig } from "devenv";
        import { team } from "@acme/preset";
        export default mergeConfig(team, { name: "shop" });`,
      "node_modules/@acme/preset/package.json": '{ "name": "@acme/preset", "type": "module", "exports": "./index.ts" }',
      "node_modules/@acme/preset/index.ts": `import { apt, type ConfigPart } from "devenv";
        export const team: ConfigPart = { image: { from: "debian:bookworm", layers: [apt("git")] } };`,
    });
    const { config, files } = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(config.environments).toEqual({ dev: shopEnvironment });
    expect(files.filter((file) => existsSync(file))).toEqual([join(project.path, "devenv.config.ts")]);
  });
});

describe("the imports of a config", () => {
  const main = (specifier: string) => `import { image } from "${specifier}";\nexport default { name: "shop", image };`;

  it.each([
    { specifier: "./base.ts", file: "base.ts" },
    { specifier: "./base.js", file: "base.ts" },
    { specifier: "./base.mjs", file: "base.mts" },
    { specifier: "./base", file: "base.ts" },
    { specifier: "./base", file: "base/index.ts" },
    { specifier: "../shared/base", file: "../shared/base.js" },
    { specifier: "#base", file: "lib/base.ts" },
  ])("resolve $specifier to $file, and are told", async ({ specifier, file }) => {
    using project = temporaryFolder({
      "app/package.json": '{ "imports": { "#base": "./lib/base.ts" } }',
      "app/devenv.config.ts": main(specifier),
      [join("app", file)]: 'export const image = "debian";',
    });
    const { config, files } = await loadConfig({ self: testHost(), cwd: join(project.path, "app"), context });
    expect(config.environments).toEqual({ dev: { image: "debian" } });
    expect(files.filter((file) => existsSync(file))).toEqual(
      ["devenv.config.ts", file].map((name) => join(project.path, "app", name)),
    );
  });

  it("include CommonJS and JSON", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": `import data from "./data.json" with { type: "json" };
        import base from "./base.cjs";
        export default { name: data.name, image: base.image };`,
      "data.json": '{ "name": "shop" }',
      "base.cjs": 'module.exports = { image: require("./image") };',
      "image.js": 'module.exports = "debian";',
    });
    const { config, files } = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(config).toMatchObject({ name: "shop", environments: { dev: { image: "debian" } } });
    expect(files.filter((file) => existsSync(file)).sort()).toEqual(
      ["base.cjs", "data.json", "devenv.config.ts", "image.js"].map((name) => join(project.path, name)),
    );
  });

  it.each([
    {
      kind: "ES modules",
      config: main("./base.ts"),
      name: "base.ts",
      text: (tag: string) => `export const image = "${tag}";`,
    },
    {
      kind: "CommonJS",
      config: 'import base from "./base.cjs";\nexport default { name: "shop", image: base.image };',
      name: "base.cjs",
      text: (tag: string) => `exports.image = "${tag}";`,
    },
  ])("are read anew at each load: $kind", async ({ config, name, text }) => {
    using project = temporaryFolder({ "devenv.config.ts": config });
    for (const tag of ["one", "two"]) {
      project.write({ [name]: text(tag) });
      const loaded = await loadConfig({ self: testHost(), cwd: project.path, context });
      expect(loaded.config.environments.dev).toEqual({ image: tag });
    }
  });

  it("may be dynamic, also inside a config function", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": 'export default async () => ({ name: "shop", image: (await import("./base")).image });',
      "base.ts": 'export const image: string = "debian";',
    });
    const { files } = await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(files).toContain(join(project.path, "base.ts"));
  });

  it("stay apart when two configs load at the same time", async () => {
    const names = ["one", "two", "three"];
    using project = temporaryFolder(
      Object.fromEntries(
        names.flatMap((name) => [
          [`${name}/devenv.config.ts`, `await new Promise((done) => setTimeout(done, 10));\n${main("./base")}`],
          [`${name}/base.ts`, `export const image: string = "${name}";`],
        ]),
      ),
    );
    const loaded = await Promise.all(
      names.map((name) => loadConfig({ self: testHost(), cwd: join(project.path, name), context })),
    );
    expect(loaded.map(({ config }) => config.environments.dev?.image)).toEqual(names);
    expect(loaded.map(({ files }) => files.filter((file) => existsSync(file)).length)).toEqual([2, 2, 2]);
  });

  it("take an address of devenv of the caller's choice", async () => {
    using project = temporaryFolder({
      "devenv.config.ts": 'import { marker } from "devenv";\nexport default { name: marker, image: "a" };',
      "own/index.mjs": 'export const marker = "own";',
    });
    const devenvUrl = `file://${project.path}/own/index.mjs`;
    const { config } = await loadConfig({ self: testHost(), cwd: project.path, context, devenvUrl });
    expect(config.name).toBe("own");
  });

  it("leave the files of the project as they are", async () => {
    using project = temporaryFolder({ "devenv.config.ts": shop });
    const { readdirSync } = await import("node:fs");
    await loadConfig({ self: testHost(), cwd: project.path, context });
    expect(readdirSync(project.path)).toEqual(["devenv.config.ts"]);
  });
});

/** Only root can give files away. */
describe.runIf(process.getuid?.() === 0)("what somebody else has put beside a config", () => {
  const stranger = 54_321;
  const text = (imported: string) =>
    `import ${JSON.stringify(imported)};\nexport default { name: "shop", image: "debian" };`;

  it.each<[string, string, string, string]>([
    ["an imported file", text("./lib.ts"), "lib.ts", "lib.ts"],
    ["a package", text("planted"), "node_modules/planted/index.js", "node_modules"],
    ["an override", text("node:path"), "devenv.local.ts", "devenv.local.ts"],
  ])("never runs: %s", async (_, config, planted, foreign) => {
    using project = temporaryFolder({
      "devenv.config.mjs": config,
      [planted]: 'globalThis.planted = "ran"; export default {};',
    });
    chownSync(join(project.path, foreign), stranger, stranger);
    const error = await thrown(loadConfig({ self: testHost(), cwd: project.path, context: { ci: false, env: {} } }));
    expect(error.code).toBe("CONFIG_FOREIGN");
    expect(error.text).toContain(`and \`${join(project.path, foreign)}\` belongs to user id ${stranger}`);
    expect(globalThis).not.toHaveProperty("planted");
  });
});
