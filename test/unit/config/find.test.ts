import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { discoverConfig } from "../../../src/config/discover.ts";
import { CONFIG_NAMES, findConfigFile } from "../../../src/config/find.ts";
import { type Tree, temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const withKey = '{ "devenv": { "name": "shop" } }';

describe("the search for a config", () => {
  const rows: { what: string; tree: Tree; from: string; found: string }[] = [
    {
      what: "takes the file of the folder itself",
      tree: { "devenv.config.ts": "" },
      from: ".",
      found: "devenv.config.ts",
    },
    {
      what: "goes upwards, past a package.json without the key",
      tree: { "devenv.config.yaml": "a: 1", "a/package.json": '{ "name": "devenv" }', "a/b": null },
      from: "a/b",
      found: "devenv.config.yaml",
    },
    {
      what: "takes the nearest one",
      tree: { "devenv.config.ts": "", "a/package.json": withKey, "a/b": null },
      from: "a/b",
      found: "a/package.json",
    },
    {
      what: "prefers a file of its own to the key in package.json",
      tree: { "devenv.config.json": "{}", "package.json": withKey },
      from: ".",
      found: "devenv.config.json",
    },
    {
      what: "takes TypeScript first",
      tree: Object.fromEntries(CONFIG_NAMES.map((name) => [name, withKey])),
      from: ".",
      found: "devenv.config.ts",
    },
    {
      what: "takes a broken package.json that seems to have the key, so that it can be reported",
      tree: { "package.json": '{ "devenv": { ' },
      from: ".",
      found: "package.json",
    },
    {
      what: "passes a broken package.json without the key",
      tree: { "devenv.config.ts": "", "a/package.json": '{ "name": ' },
      from: "a",
      found: "devenv.config.ts",
    },
  ];
  it.each(rows)("$what", async ({ tree, from, found }) => {
    using project = temporaryFolder(tree);
    const cwd = join(project.path, from);
    const expected = { file: join(project.path, found), root: join(project.path, found, "..") };
    expect(findConfigFile(cwd)).toEqual(expected);
    expect(await discoverConfig(cwd)).toEqual(expected);
  });

  it("gives the real path of the folder", () => {
    using project = temporaryFolder({ "real/devenv.config.ts": "" });
    symlinkSync("real", join(project.path, "link"));
    expect(findConfigFile(join(project.path, "link")).root).toBe(join(project.path, "real"));
  });

  it("says where it looked when there is none", async () => {
    using project = temporaryFolder();
    const expected = {
      code: "CONFIG_NOT_FOUND",
      text: `No devenv config was found in \`${project.path}\` or any folder above it

hint: run \`devenv init\` to write one, or write it yourself, for instance:
  import { defineConfig } from "devenv";
  export default defineConfig({ name: "shop", image: "debian:bookworm-slim" });`,
    };
    expect(await thrown(discoverConfig(project.path))).toEqual(expected);
    expect(await thrown((async () => findConfigFile(project.path))())).toEqual(expected);
  });
});
