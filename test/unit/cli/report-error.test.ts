import pico from "picocolors";
import { describe, expect, it } from "vitest";
import { reportError } from "../../../src/cli/report-error.ts";
import { devenvError } from "../../../src/errors.ts";
import { fakeStdio } from "../../support/fake-machine.ts";

function report(
  error: unknown,
  { json = false, interruptedBy }: { json?: boolean; interruptedBy?: NodeJS.Signals } = {},
) {
  const stdio = fakeStdio();
  const exitCode = reportError(error, { json, stdio, style: pico.createColors(false), interruptedBy });
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

  it("as a defect of devenv with its stack when it is none of the catalogue", () => {
    const { exitCode, stderr } = report(new TypeError("x is undefined"));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: This is a defect of devenv: x is undefined\n( {4}at .+\n)+\nhint: report it with the lines above, `devenv --version` and the command you ran\n$/,
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
