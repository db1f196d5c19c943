import { constants } from "node:os";
import pico from "picocolors";
import { describe, expect, it } from "vitest";
import { reportError } from "../../../src/cli/report-error.ts";
import { devenvError } from "../../../src/errors.ts";
import { fakeStdio } from "../../support/fake-machine.ts";

const src = new URL("../../../src/", import.meta.url).href;

/** As if devenv's own code had thrown it, with code of others on the way. */
function own(error: Error): Error {
  const frames = [
    `read (${src}cli/run.ts:12:3)`,
    "hunter2 (/home/ada/hunter2.ts:1:1)",
    `work (${src}node_modules/x/y.js:1:1)`,
    `${src}chunks/core-1a2b.js:1:20`,
  ];
  error.stack = [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}

function raise(error: unknown): never {
  throw error;
}

function failureOf(fail: () => unknown): unknown {
  try {
    fail();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

function report(
  error: unknown,
  {
    json = false,
    verbose = false,
    interruptedBy,
  }: { json?: boolean; verbose?: boolean; interruptedBy?: NodeJS.Signals } = {},
) {
  const stdio = fakeStdio();
  const exitCode = reportError(error, { json, verbose, stdio, style: pico.createColors(false), interruptedBy });
  return { exitCode, stdout: stdio.stdoutText(), stderr: stdio.stderrText() };
}

describe("a failure is told", () => {
  it("as message and hint on stderr, without a stack", () => {
    expect(report(devenvError("CONTAINER_NOT_RUNNING", { container: "shop-dev", state: "exited" }))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "error: Container `shop-dev` is not running: it is exited\n\nhint: run `devenv up`\n",
    });
  });

  it("as one document on stdout with --json, with the same exit code", () => {
    const error = devenvError("USAGE", { message: "Unknown command `upp`" });
    const { exitCode, stdout, stderr } = report(error, { json: true });
    expect({ exitCode, document: JSON.parse(stdout), stderr }).toEqual({
      exitCode: 2,
      document: {
        error: {
          code: "USAGE",
          message: "Unknown command `upp`",
          hint: "run `devenv --help`",
          details: { message: "Unknown command `upp`" },
        },
      },
      stderr: "",
    });
  });

  it("with a null hint in the document when there is nothing to do about it", () => {
    const error = devenvError("PROGRAM_FAILED", { program: "tar", exitCode: 2, output: "" });
    expect(JSON.parse(report(error, { json: true }).stdout)).toMatchObject({ error: { hint: null } });
  });

  it("as a defect of devenv with the places in its own code, when it is none of the catalogue", () => {
    const { exitCode, stderr } = report(own(new TypeError("x is undefined")));
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`error: This is a defect of devenv: TypeError
    at read (cli/run.ts:12:3)
    at (chunks/core-1a2b.js:1:20)

hint: report it with the lines above, \`devenv --version\` and the command you ran; \`--verbose\` adds the error's own words, which may hold what is yours
`);
  });

  it.each<[string, () => unknown]>([
    ["a regular expression", () => new RegExp(["hunter2", "("].join(""))],
    ["JSON", () => JSON.parse("hunter2")],
    ["an address", () => new URL("hunter2")],
    ["a message of several lines", () => raise(new Error("hunter2\n    at hunter2 (/hunter2)\nhunter2"))],
    ["a name", () => raise(Object.assign(new Error("x"), { name: "hunter2 hunter2", code: "hunter2 hunter2" }))],
    ["a cause", () => raise(new Error("x", { cause: new Error("hunter2") }))],
    ["no error", () => raise("hunter2")],
  ])("as a defect that holds nothing of what was read: %s", (_, fail) => {
    const error = failureOf(fail);
    const told = report(error);
    expect(told.stderr).toMatch(/^error: (This is a defect of devenv|Code that the config started failed)/);
    const json = report(error, { json: true });
    expect(told.stderr + told.stdout + json.stdout + json.stderr).not.toContain("hunter2");
  });

  it("as a failure of the config where code of others alone is in it", () => {
    const error = Object.assign(new RangeError("hunter2"), {
      stack:
        "RangeError: hunter2\n    at node:internal/x:1:1\n    at go (file:///shop/devenv.config.ts?devenv=1a:3:9)\n",
    });
    expect(
      report(error).stderr,
    ).toBe(`error: Code that the config started failed at \`/shop/devenv.config.ts:3:9\`: RangeError

hint: mend it there; \`--verbose\` adds the error's own words
`);
  });

  it.each([
    [
      "EROFS",
      "open",
      "/home/ada/.cache/devenv/x",
      "`/home/ada/.cache/devenv/x` cannot be used: read-only file system (EROFS)",
      "see that you may read",
    ],
    [
      "ENOSPC",
      "write",
      undefined,
      "A file could not be read or written: no space left on device (ENOSPC)",
      "make room on its disk",
    ],
    [
      "ENOTDIR",
      "mkdir",
      "/dev/null/x",
      "`/dev/null/x` cannot be used: not a directory (ENOTDIR)",
      "see that you may read",
    ],
  ])("as what the system refused, wherever that was: %s", (code, syscall, path, message, hint) => {
    const errno = -constants.errno[code as "EROFS"];
    const { exitCode, stderr } = report(Object.assign(new Error(code), { code, errno, syscall, path }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: ${message}\n\nhint: ${hint}`);
    expect(stderr).toContain("XDG_CACHE_HOME");
  });

  it("as a defect where a file is not there, or a connection was refused", () => {
    const missing = Object.assign(new Error("x"), { code: "ENOENT", errno: -2, syscall: "open", path: "/x" });
    const refused = Object.assign(new Error("x"), { code: "EACCES", errno: -13, syscall: "connect" });
    for (const error of [missing, refused]) expect(report(own(error)).stderr).toContain("This is a defect of devenv");
  });

  it("as a defect in the error's own words where they are asked for", () => {
    expect(report(own(new TypeError("x is undefined")), { verbose: true }).stderr).toContain(
      "error: This is a defect of devenv: TypeError\n    x is undefined\n    at read (cli/run.ts:12:3)\n",
    );
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("as interrupted when %s ended it, whatever was thrown then", (signal, exitCode) => {
    expect(report(new Error("This operation was aborted"), { interruptedBy: signal })).toEqual({
      exitCode,
      stdout: "",
      stderr: `error: Interrupted by ${signal}\n`,
    });
  });
});
