import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../../../src/cli/run.ts";
import { fakeMachine, fakeStdio } from "../../support/fake-machine.ts";

async function run(argv: readonly string[], cwd = "/") {
  const stdio = fakeStdio();
  const exitCode = await runCommandLine(argv, fakeMachine(stdio, cwd));
  return { exitCode, stdout: stdio.stdoutText(), stderr: stdio.stderrText() };
}

describe("wrong usage ends with exit code 2 and says what to write", () => {
  it.each([
    [["upp"], "error: Unknown command `upp`\n\nhint: did you mean `devenv up`?\n"],
    [["frobnicate"], "error: Unknown command `frobnicate`\n\nhint: run `devenv --help`\n"],
    [["--jsn", "up"], "error: `devenv` has no option `--jsn`\n\nhint: did you mean `--json`?\n"],
    [["up", "--wath"], "error: `devenv up` has no option `--wath`\n\nhint: did you mean `--watch`?\n"],
    [["up", "--frobnicate=1"], "error: `devenv up` has no option `--frobnicate`\n\nhint: run `devenv up --help`\n"],
    [["ps", "-x"], "error: `devenv status` has no option `-x`\n\nhint: run `devenv status --help`\n"],
    [
      ["exec", "dev", "ls", "-la"],
      "error: `devenv exec` has no option `-la`\n\nhint: what is not for devenv itself comes after `--`\n",
    ],
    [["exec", "dev", "ls"], "error: `devenv exec` does not take `ls`\n\nhint: write `devenv exec dev -- ls …`\n"],
    [["exec", "dev"], "error: `devenv exec` needs a command after `--`\n\nhint: write `devenv exec -- ls`\n"],
    [["status", "dev"], "error: `devenv status` does not take `dev`\n\nhint: run `devenv status --help`\n"],
    [["up", "--", "x"], "error: `devenv up` takes nothing after `--`\n\nhint: run `devenv up --help`\n"],
    [["up", "--cwd"], "error: Option `--cwd` needs a value\n\nhint: write `--cwd DIR`\n"],
    [
      ["logs", "--tail", "ten"],
      "error: Option `--tail` takes a whole number, not `ten`\n\nhint: run `devenv --help`\n",
    ],
    [
      ["up", "--cwd", "/no/where"],
      "error: There is no folder `/no/where`\n\nhint: give `--cwd` a folder that exists\n",
    ],
    [
      ["logs", "--follow", "--json"],
      '{\n  "error": {\n    "code": "USAGE",\n    "message": "`--follow` never ends, so it has no `--json` document",\n    "hint": "drop one of them",\n    "details": {\n      "message": "`--follow` never ends, so it has no `--json` document",\n      "hint": "drop one of them"\n    }\n  }\n}\n',
    ],
  ])("devenv %j", async (argv, text) => {
    const { exitCode, stdout, stderr } = await run(argv);
    expect({ exitCode, text: stdout + stderr }).toEqual({ exitCode: 2, text });
  });

  it("goes to stdout as one document with --json, wherever that stands", async () => {
    const { exitCode, stdout, stderr } = await run(["upp", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "USAGE", message: "Unknown command `upp`", hint: "did you mean `devenv up`?" },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "" });
  });

  it("says so when there is no config to exec in", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "devenv-cli-"));
    const { exitCode, stderr } = await run(["exec", "--cwd", folder.path, "--", "ls"]);
    expect(exitCode).toBe(1);
    expect(stderr.split("\n")[0]).toBe(
      `error: No devenv config was found in \`${folder.path}\` or any folder above it`,
    );
  });
});

describe("help and version", () => {
  const overview = `One development environment, the same on every machine and in CI.

Usage: devenv COMMAND [OPTIONS]

Commands:
  init        write a config for the project here
  up          build, create and start environments
  stop        stop containers; all that they hold stays
  start       start stopped containers as they are
  restart     stop and start containers
  down        stop and remove containers
  status, ps  containers, ports, and what the next \`up\` will change
  exec        run a command in an environment
  shell       open a shell in an environment
  task        run a declared task, or list them
  ci          run a task in a fresh container with a copy of the workspace
  logs        what the containers print
  build       build images only, or show their Dockerfiles
  verify      build again and compare with what is locked, file by file
  why         what made a Dockerfile line, or a rebuild
  lock        pin everything that images are made of; \`--update\` moves pins
  sbom        what an image is made of, as CycloneDX
  sync        how synced workspaces stand; flush, pause, resume, logs
  snapshot    keep the state of an environment; list, show, restore, rm
  prune       remove what nothing of the project needs any more
  config      the resolved config, or its JSON schema
  completion  the script that completes command lines in your shell
  doctor      check this machine, and mend it

Options of every command:
  --json             print one JSON document on stdout, also for a failure
  --quiet, -q        print nothing but what was asked for, and errors
  --verbose          print every step of a build and what it prints
  --cwd DIR          work as if started in this folder
  --config FILE      use this config file
  --env ENVIRONMENT  the environment to work on
  --help, -h         print help
  --version          print the version

\`devenv COMMAND --help\` shows what a command takes.
`;

  it.each([[[]], [["--help"]], [["-h"]]])("prints the overview for %j", async (argv) => {
    expect(await run(argv)).toEqual({ exitCode: 0, stdout: overview, stderr: "" });
  });

  it("prints what a command takes", async () => {
    const { stdout } = await run(["logs", "--help"]);
    expect(stdout.slice(0, stdout.indexOf("\n\nOptions of every command"))).toBe(`devenv logs: what the containers print

Usage: devenv logs [ENVIRONMENT…] [OPTIONS]

Arguments:
  ENVIRONMENT  all environments by default

Options:
  --follow, -f  stay, and print what comes until Ctrl-C
  --tail N      only the last N lines of each container`);
  });

  it("prints help for a command that is given nothing it needs", async () => {
    expect(await run(["exec", "--help"])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.each([[["--version"]], [["up", "--version"]]])("prints the version for %j", async (argv) => {
    expect(await run(argv)).toEqual({ exitCode: 0, stdout: "1.2.3\n", stderr: "" });
  });

  it("leaves --version after -- to the command", async () => {
    expect((await run(["exec", "--", "node", "--version"])).stdout).not.toBe("1.2.3\n");
  });
});
