import { isDevenvError } from "../errors.ts";
import { exitCodeOf } from "./interrupts.ts";
import type { Stdio } from "./stdio.ts";
import type { Style } from "./style.ts";

export interface ErrorView {
  readonly json: boolean;
  readonly stdio: Stdio;
  /** Colours of stderr. */
  readonly style: Style;
  /** The signal that ended the command, when one did. */
  readonly interruptedBy: NodeJS.Signals | undefined;
}

/** Print why a command failed; returns the exit code. */
export function reportError(error: unknown, view: ErrorView): number {
  const { json, stdio, style, interruptedBy } = view;
  const failure = describe(error, interruptedBy);
  if (json) {
    const { code, message, hint = null, details } = failure;
    stdio.stdout.write(`${JSON.stringify({ error: { code, message, hint, details } }, undefined, 2)}\n`);
  } else {
    stdio.stderr.write(`${style.red(style.bold("error:"))} ${failure.message}\n`);
    if (failure.stack !== undefined) stdio.stderr.write(`${failure.stack}\n`);
    if (failure.hint !== undefined) stdio.stderr.write(`\n${style.cyan("hint:")} ${failure.hint}\n`);
  }
  return failure.exit;
}

interface Failure {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: object;
  readonly stack?: string | undefined;
}

function describe(error: unknown, interruptedBy: NodeJS.Signals | undefined): Failure {
  if (interruptedBy !== undefined) {
    const exit = exitCodeOf(interruptedBy);
    const message = `Interrupted by ${interruptedBy}`;
    return { exit, code: "INTERRUPTED", message, hint: undefined, details: { signal: interruptedBy } };
  }
  if (isDevenvError(error)) {
    const { exit, code, message, hint, details } = error;
    return { exit, code, message, hint, details };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    exit: 1,
    code: "DEFECT",
    message: `This is a defect of devenv: ${message}`,
    hint: "report it with the lines above, `devenv --version` and the command you ran",
    details: {},
    stack: stack?.split("\n").slice(message.split("\n").length).join("\n"),
  };
}
