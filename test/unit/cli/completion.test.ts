import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../../src/cli/run.ts";
import { fakeMachine, fakeStdio } from "../../support/fake-machine.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const config = JSON.stringify({
  name: "shop",
  environments: {
    dev: { image: "debian", tasks: { test: "npm test", "test:unit": { command: "npm run\n  unit" } } },
    docs: { image: "debian", tasks: { test: "mdbook test" } },
    db: { image: "debian" },
  },
});

const state = temporaryFolder();
afterAll(() => state[Symbol.dispose]());

async function run(argv: readonly string[], { cwd = "/", shell = "", isTerminal = false } = {}) {
  const stdio = fakeStdio(isTerminal ? { columns: 80, rows: 24 } : undefined);
  const machine = fakeMachine(stdio, cwd);
  const exitCode = await runCommandLine(argv, {
    ...machine,
    host: { ...machine.host, uid: process.getuid?.(), env: { SHELL: shell, XDG_STATE_HOME: state.path } },
  });
  return { exitCode, stdout: stdio.stdoutText(), stderr: stdio.stderrText() };
}

/** The words that may stand at the end of a command line; the one begun is the last. */
async function wordsAfter(typed: readonly string[], cwd = "/") {
  const { exitCode, stdout, stderr } = await run(["completion", "--", ...typed], { cwd });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0] || "FILES"]));
}

describe("the words that may stand on a command line", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["commands", ["stat"], ["status"]],
    ["commands after an option of every command", ["--env", "dev", "do"], ["down", "doctor"]],
    ["options of every command before one is named", ["--ver"], ["--verbose", "--version"]],
    ["options of a command", ["logs", "--f"], ["--follow"]],
    ["environments", ["up", "d"], ["dev", "docs", "db"]],
    ["environments that are not named yet", ["up", "dev", ""], ["docs", "db"]],
    ["no second environment where one is taken", ["shell", "dev", ""], []],
    ["environments for an option", ["task", "--env", "do"], ["docs"]],
    ["environments for an option with `=`", ["task", "--env=do"], ["--env=docs"]],
    ["tasks, each once", ["task", ""], ["test", "test:unit"]],
    ["tasks of the environment that is named", ["task", "--env", "docs", ""], ["test"]],
    ["nothing for a value that only the user knows", ["logs", "--tail", ""], []],
    ["files for an option that takes one", ["--config", ""], ["FILES"]],
    ["files after `--`", ["exec", "dev", "--", "cat", ""], ["FILES"]],
    [
      "`--` where a command of the user's follows",
      ["exec", "--"],
      ["--", ...globals, "--frozen", "--no-frozen", "--user"],
    ],
    ["templates", ["init", ""], ["go", "node", "python"]],
    ["shells", ["completion", ""], ["bash", "zsh", "fish"]],
    ["nothing for a command that does not exist", ["frobnicate", ""], []],
  ])("are %s", async (_, typed, expected) => {
    using project = temporaryFolder({ "devenv.config.json": config });
    await run(["config"], { cwd: project.path });
    expect(await wordsAfter(typed, project.path)).toEqual(expected);
  });

  it("are those of the project that is named", async () => {
    using folder = temporaryFolder({
      "app/devenv.config.json": config,
      "app/other.json": config.replace("docs", "web"),
    });
    await run(["config"], { cwd: join(folder.path, "app") });
    expect(await wordsAfter(["up", "--cwd", "app", ""], folder.path)).toEqual(["dev", "docs", "db"]);
    await run(["config", "--config=other.json"], { cwd: join(folder.path, "app") });
    expect(await wordsAfter(["--cwd=app", "--config=other.json", "up", ""], folder.path)).toEqual(["dev", "web", "db"]);
  });

  it("are none, without a word, where there is no config or it never ran", async () => {
    using folder = temporaryFolder();
    expect(await wordsAfter(["up", ""], folder.path)).toEqual([]);
    folder.write({ "devenv.config.json": config });
    expect(await wordsAfter(["task", ""], folder.path)).toEqual([]);
    expect(await wordsAfter(["ta"], folder.path)).toEqual(["task"]);
  });

  it("stay when the config breaks, and never run it", async () => {
    using folder = temporaryFolder({ "devenv.config.mjs": `export default ${config}` });
    await run(["config"], { cwd: folder.path });
    folder.write({ "devenv.config.mjs": "globalThis.completed = true; export default" });
    expect(await wordsAfter(["task", "--env", "docs", ""], folder.path)).toEqual(["test"]);
    folder.write({ "devenv.config.mjs": `globalThis.completed = true; export default ${config}` });
    expect(await wordsAfter(["up", "d"], folder.path)).toEqual(["dev", "docs", "db"]);
    expect(globalThis).not.toHaveProperty("completed");
  });

  it("say on one line what they are", async () => {
    using project = temporaryFolder({ "devenv.config.json": config });
    await run(["config"], { cwd: project.path });
    const { stdout } = await run(["completion", "--", "task", "test:"], { cwd: project.path });
    expect(stdout).toBe("test:unit\tnpm run unit\n");
  });
});

const globals = ["--json", "--quiet", "--verbose", "--cwd", "--config", "--env", "--help", "--version"];

describe("the script", () => {
  it("is that of the shell that is named, else that of $SHELL", async () => {
    const { stdout, stderr } = await run(["completion", "fish"], { shell: "/bin/bash" });
    expect(stdout.split("\n")[0]).toMatch(/^# Completion of devenv for fish/);
    expect(stderr).toBe("");
    expect((await run(["completion"], { shell: "/usr/bin/fish" })).stdout).toBe(stdout);
  });

  it("comes at a terminal with the way to have it for good", async () => {
    expect((await run(["completion", "zsh"], { isTerminal: true })).stderr).toBe(
      'To have it in every new zsh, put this line into ~/.zshrc:\n  eval "$(devenv completion zsh)"\n',
    );
  });

  const hint = `\n\nhint: put one of these lines into the file that your shell reads
  eval "$(devenv completion bash)"   in ~/.bashrc
  eval "$(devenv completion zsh)"   in ~/.zshrc
  devenv completion fish | source   in ~/.config/fish/config.fish\n`;

  it.each([
    ["$SHELL is not set", [], "", "`devenv completion` needs the name of a shell"],
    ["$SHELL has none", [], "/bin/tcsh", "There is no completion for `tcsh`, only for `bash`, `zsh`, `fish`"],
    ["another is named", ["nu"], "", "There is no completion for `nu`, only for `bash`, `zsh`, `fish`"],
  ])("is wrong usage when %s, and the hint has the lines for those there are", async (_, argv, shell, message) => {
    expect(await run(["completion", ...argv], { shell })).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `error: ${message}${hint}`,
    });
  });
});
