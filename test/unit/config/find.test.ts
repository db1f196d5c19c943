import { execFileSync } from "node:child_process";
import { chownSync, lchownSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { discoverConfig } from "../../../src/config/discover.ts";
import { CONFIG_NAMES, findConfigFile } from "../../../src/config/find.ts";
import { type Tree, temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const self = testHost();
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
    expect(findConfigFile({ cwd, self })).toEqual(expected);
    expect(await discoverConfig({ cwd, self })).toEqual(expected);
  });

  it("waits for no FIFO, wherever one stands", async () => {
    using project = temporaryFolder({ "devenv.config.ts": "", "a/b": null });
    for (const path of ["a/package.json", "a/b/devenv.config.ts"]) execFileSync("mkfifo", [join(project.path, path)]);
    const cwd = join(project.path, "a/b");
    const expected = { file: join(project.path, "devenv.config.ts") };
    expect(findConfigFile({ cwd, self })).toMatchObject(expected);
    expect(await discoverConfig({ cwd, self })).toMatchObject(expected);
  });

  it("gives the real path of the folder", () => {
    using project = temporaryFolder({ "real/devenv.config.ts": "" });
    symlinkSync("real", join(project.path, "link"));
    expect(findConfigFile({ cwd: join(project.path, "link"), self }).root).toBe(join(project.path, "real"));
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
    expect(await thrown(discoverConfig({ cwd: project.path, self }))).toEqual(expected);
    expect(await thrown((async () => findConfigFile({ cwd: project.path, self }))())).toEqual(expected);
  });
});

/** Only root can give files away. */
describe.runIf(process.getuid?.() === 0)("a config that belongs to somebody else", () => {
  const stranger = 54_321;
  const hintFor = (file: string) =>
    `\n\nhint: if you trust what that user writes, name it: \`--config ${file}\`; or set DEVENV_TRUST_OWNER=${stranger} for all commands`;

  it.each([
    ["the file", ["devenv.config.ts"]],
    ["its folder", ["."]],
  ])("is refused, with its owner and what to do: %s", async (_, given) => {
    using project = temporaryFolder({ "devenv.config.ts": "export default {}", sub: null });
    for (const path of given) chownSync(join(project.path, path), stranger, stranger);
    const file = join(project.path, "devenv.config.ts");
    const foreign = join(project.path, given[0] ?? "");
    const what =
      foreign === file
        ? `Config \`${file}\` belongs to user id ${stranger}, and would run as you`
        : `Config \`${file}\` would run as you, and \`${foreign}\` belongs to user id ${stranger}`;
    const expected = { code: "CONFIG_FOREIGN", text: what + hintFor(file) };
    for (const cwd of [project.path, join(project.path, "sub")]) {
      expect(await thrown(discoverConfig({ cwd, self }))).toEqual(expected);
      expect(await thrown((async () => findConfigFile({ cwd, self }))())).toEqual(expected);
    }
  });

  it("is refused where only the link is theirs", async () => {
    using project = temporaryFolder({ "mine/devenv.config.ts": "", shared: null });
    symlinkSync("../mine/devenv.config.ts", join(project.path, "shared/devenv.config.ts"));
    lchownSync(join(project.path, "shared/devenv.config.ts"), stranger, stranger);
    const cwd = join(project.path, "shared");
    expect((await thrown(discoverConfig({ cwd, self }))).code).toBe("CONFIG_FOREIGN");
  });

  it("is not looked for above a folder of theirs", async () => {
    using project = temporaryFolder({ "devenv.config.ts": "", "theirs/sub": null });
    const theirs = join(project.path, "theirs");
    chownSync(theirs, stranger, stranger);
    const cwd = join(theirs, "sub");
    const error = await thrown(discoverConfig({ cwd, self }));
    expect(error).toEqual(await thrown((async () => findConfigFile({ cwd, self }))()));
    expect(error.text).toContain(`; the search ended at \`${theirs}\`, which belongs to user id ${stranger}\n`);
  });

  it.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ["is named", {}, "devenv.config.ts"],
    ["has an owner that is trusted by name", { DEVENV_TRUST_OWNER: `1, ${stranger}` }, undefined],
    ["belongs to who called sudo", { SUDO_UID: String(stranger) }, undefined],
  ])("is taken when it %s", async (_, env, configFile) => {
    using project = temporaryFolder({ "devenv.config.ts": "" });
    for (const path of [project.path, join(project.path, "devenv.config.ts")]) chownSync(path, stranger, stranger);
    expect(findConfigFile({ cwd: project.path, configFile, self: testHost({ uid: 0, env }) }).root).toBe(project.path);
  });

  it("is taken by everybody when it is root's", () => {
    using project = temporaryFolder({ "devenv.config.ts": "" });
    expect(findConfigFile({ cwd: project.path, self: testHost({ uid: stranger }) }).root).toBe(project.path);
  });
});
