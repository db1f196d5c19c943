import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, runCliInTerminal } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const project = {
  "package.json": JSON.stringify({ name: "shop", engines: { node: ">=22" }, scripts: { test: "node --test" } }),
};
const plan = `  found  Node 24.21.0 (engines of package.json; npm)
  base   bootstrap({ suite: "bookworm" })
  tasks  test
  files  devenv.config.ts
`;
const init = ["init", "--base", "bootstrap"];

describe("devenv init --yes", () => {
  it("writes a config that `devenv config` accepts, and says what to do next", async () => {
    using folder = temporaryFolder(project);
    const cwd = folder.path;
    expect(await runCli([...init, "--yes"], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: `${plan}wrote devenv.config.ts

  devenv up          build the image and start it
  devenv task test   run the tests
`,
    });
    const { exitCode, stdout } = await runCli(["config", "--json"], { cwd });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: "shop" });
  });

  it("prints one document with --json", async () => {
    using folder = temporaryFolder(project);
    const { stdout, stderr } = await runCli([...init, "--yes", "--json"], { cwd: folder.path });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      file: "devenv.config.ts",
      detected: [
        {
          language: "node",
          title: "Node 24.21.0",
          reason: "engines of package.json",
          packageManager: "npm",
        },
      ],
      base: 'bootstrap({ suite: "bookworm" })',
      tasks: ["test"],
    });
  });

  it("chooses a base by itself", async () => {
    using folder = temporaryFolder(project);
    const { exitCode, stdout } = await runCli(["init", "--yes", "--json"], { cwd: folder.path });
    expect(exitCode).toBe(0);
    expect(['bootstrap({ suite: "bookworm" })', '"node:24-bookworm-slim"']).toContain(JSON.parse(stdout).base);
  });

  it("has git ignore devenv.local.ts, once", async () => {
    using folder = temporaryFolder({ ...project, ".gitignore": "node_modules" });
    const cwd = folder.path;
    execFileSync("git", ["init", "--quiet"], { cwd });
    const first = await runCli([...init, "--yes"], { cwd });
    expect(first.stderr).toContain("wrote devenv.config.ts, .gitignore\n");
    await runCli([...init, "--yes", "--force"], { cwd });
    expect(readFileSync(join(cwd, ".gitignore"), "utf8")).toBe("node_modules\ndevenv.local.ts\n");
  });

  it("starts a project from a template", async () => {
    using folder = temporaryFolder();
    const { exitCode, stderr } = await runCli([...init, "python", "--yes"], { cwd: folder.path });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "wrote devenv.config.ts, app/__init__.py, app/greeting.py, pyproject.toml, tests/test_greeting.py\n",
    );
  });
});

describe("devenv init", () => {
  it("asks on a terminal, and writes on Enter", async () => {
    using folder = temporaryFolder(project);
    const { exitCode, stdout } = await runCliInTerminal(init, { cwd: folder.path, stdin: "\n" });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Write it? [Y/n] ");
    expect(existsSync(join(folder.path, "devenv.config.ts"))).toBe(true);
  });

  it("asks whether git shall ignore devenv.local.ts", async () => {
    using folder = temporaryFolder(project);
    const cwd = folder.path;
    execFileSync("git", ["init", "--quiet"], { cwd });
    const { exitCode, stdout } = await runCliInTerminal(init, { cwd, stdin: "y\nn\n" });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Add devenv.local.ts to .gitignore? [Y/n] ");
    expect(stdout).toContain("wrote devenv.config.ts\r\n");
    expect(existsSync(join(cwd, ".gitignore"))).toBe(false);
  });

  it("writes nothing when the answer is no", async () => {
    using folder = temporaryFolder(project);
    const { exitCode, stdout } = await runCliInTerminal(init, { cwd: folder.path, stdin: "n\n" });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("nothing was written\r\n");
    expect(existsSync(join(folder.path, "devenv.config.ts"))).toBe(false);
  });

  it.each([
    {
      title: "without a terminal, to write unasked",
      args: ["init"],
      tree: project,
      exitCode: 2,
      stderr: `error: \`devenv init\` asks before it writes, and there is no terminal to ask on

hint: run \`devenv init --yes\`
`,
    },
    {
      title: "to write over a config",
      args: ["init", "--yes"],
      tree: { ...project, "devenv.config.json": "{}" },
      exitCode: 1,
      stderr: `error: There is a config already: \`devenv.config.json\`

hint: run \`devenv init --force\` to write a new \`devenv.config.ts\`
`,
    },
    {
      title: "a template that there is not",
      args: ["init", "rust", "--yes"],
      tree: project,
      exitCode: 1,
      stderr: `error: There is no template \`rust\`; there are \`go\`, \`node\`, \`python\`

hint: run \`devenv init\` without a name to write a config for the project in this folder
`,
    },
    {
      title: "a folder without a project",
      args: ["init", "--yes"],
      tree: {},
      exitCode: 1,
      stderr: `error: No Node, Python or Go project was found in \`FOLDER\`

hint: start one from a template: \`devenv init node\`, \`devenv init python\` or \`devenv init go\`
`,
    },
    {
      title: "a package.json that is no JSON",
      args: ["init", "--yes"],
      tree: { "package.json": "" },
      exitCode: 1,
      stderr: `error: \`package.json\` of this project could not be read: it is not JSON: it ends too early

hint: mend \`package.json\` and run \`devenv init\` again
`,
    },
    {
      title: "a base that is no image reference",
      args: ["init", "--yes", "--base", "Not An Image"],
      tree: project,
      exitCode: 2,
      stderr: `error: \`Not An Image\` is not an image reference

hint: name an image such as \`debian:bookworm-slim\`, or \`bootstrap\`
`,
    },
    {
      title: "another file for the config",
      args: ["init", "--yes", "--config", "other.ts"],
      tree: project,
      exitCode: 2,
      stderr: `error: \`devenv init\` writes \`devenv.config.ts\` and takes no \`--config\`

hint: leave \`--config\` out
`,
    },
  ])("refuses $title", async ({ args, tree, exitCode, stderr }) => {
    using folder = temporaryFolder(tree);
    const result = await runCli(args, { cwd: folder.path });
    expect({ ...result, stderr: result.stderr.replaceAll(folder.path, "FOLDER") }).toMatchObject({
      exitCode,
      stdout: "",
      stderr,
    });
  });
});
