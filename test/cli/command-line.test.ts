import { mkdtempDisposableSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RunCliOptions, runCli, runCliInTerminal } from "../support/run-cli.ts";

const { version, engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
  engines: { node: string };
};

function temporaryFolder(files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempDisposableSync(join(realpathSync(tmpdir()), "devenv-cli-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return folder;
}

/** Exit code and everything printed, with the folder's place taken out. */
async function run(args: readonly string[], options: RunCliOptions = {}) {
  const { exitCode, stdout, stderr } = await runCli(args, options);
  const plain = (text: string) => (options.cwd === undefined ? text : text.replaceAll(options.cwd, "FOLDER"));
  return { exitCode, stdout: plain(stdout), stderr: plain(stderr) };
}

describe("the built devenv", () => {
  it("prints its version", async () => {
    expect(await run(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints the same help alone and with --help", async () => {
    const help = await run(["--help"]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toMatch(
      /^One development environment.+\n\nUsage: devenv COMMAND \[OPTIONS\]\n\nCommands:\n {2}init /,
    );
    expect(await run([])).toEqual(help);
  });

  it("suggests a command for one it does not know", async () => {
    expect(await run(["shel"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "error: Unknown command `shel`\n\nhint: did you mean `devenv shell`?\n",
    });
  });

  it("suggests an option for one it does not know", async () => {
    expect(await run(["status", "--jason"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "error: `devenv status` has no option `--jason`\n\nhint: did you mean `--json`?\n",
    });
  });

  it.each([["up"], ["status"], ["config"], ["exec", "--", "ls"]])(
    "says what to do without a config: %s",
    async (...args) => {
      using folder = temporaryFolder();
      expect(await run(args, { cwd: folder.path })).toEqual({
        exitCode: 1,
        stdout: "",
        stderr: `error: No devenv config was found in \`FOLDER\` or any folder above it

hint: run \`devenv init\` to write one, or write it yourself, for instance:
  import { defineConfig } from "devenv";
  export default defineConfig({ name: "shop", image: "debian:bookworm-slim" });
`,
      });
    },
  );

  it("names file, line and key of a key that does not exist, and the one that was meant", async () => {
    using folder = temporaryFolder({
      "devenv.config.ts": `import { defineConfig } from "devenv";

export default defineConfig({
  name: "shop",
  image: "debian:bookworm-slim",
  pots: [3000],
});
`,
    });
    expect(await run(["config"], { cwd: folder.path })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `error: Config \`devenv.config.ts\` has a problem
  pots (devenv.config.ts:6:3)
    expected  one of \`name\`, \`environments\`, \`registries\`, \`packages\`, \`image\`, \`workspace\`, \`env\`, \`envFile\`, \`ports\`, \`mounts\`, \`resources\`, \`gpus\`, \`devices\`, \`capAdd\`, \`securityOpt\`, \`host\`, \`dotfiles\`, \`shell\`, \`caches\`, \`hooks\`, \`secrets\`, \`tasks\`
    found     the unknown key \`pots\`
    did you mean \`ports\`?

hint: run \`devenv config --schema\` to see every key
`,
    });
  });

  it("prints the resolved config as JSON", async () => {
    using folder = temporaryFolder({ "devenv.config.json": '{ "name": "shop", "image": "debian:bookworm-slim" }' });
    const { exitCode, stdout, stderr } = await run(["config", "--json"], { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ name: "shop" });
  });

  it("prints the schema of a config without needing one", async () => {
    using folder = temporaryFolder();
    const { exitCode, stdout } = await run(["config", "--schema"], { cwd: folder.path });
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ type: "object" })]);
  });

  it("refuses an old Node in one line, before it loads anything", async () => {
    const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.0" } })';
    expect(await run(["--help"], { nodeOptions: ["--import", `data:text/javascript,${old}`] })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `devenv needs Node ${engines.node}; this is v20.20.0\n`,
    });
  });

  it("loads nothing but Node's own modules before it knows the Node version", () => {
    const text = readFileSync(new URL("../../dist/main.js", import.meta.url), "utf8");
    const imports = [...text.matchAll(/\bfrom\s*["'`]([^"'`]+)["'`]|\bimport\s*["'`]([^"'`]+)["'`]/g)];
    expect(imports.map(([, name, bare]) => name ?? bare).filter((name) => !name?.startsWith("node:"))).toEqual([]);
    expect(text.startsWith("#!/usr/bin/env node\n")).toBe(true);
  });
});

describe("colours", () => {
  const red = "\u001b[31m";

  it("are used on a terminal", async () => {
    const { exitCode, stdout } = await runCliInTerminal(["upp"]);
    expect([exitCode, stdout.includes(red)]).toEqual([2, true]);
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("are not used with %j", async (env) => {
    expect((await runCliInTerminal(["upp"], { env })).stdout.replaceAll("\r\n", "\n")).toBe(
      "error: Unknown command `upp`\n\nhint: did you mean `devenv up`?\n",
    );
  });
});
