import { stripVTControlCharacters } from "node:util";
import { isDevenvError } from "../errors.ts";
import { fileFailure } from "./file-failure.ts";
import { exitCodeOf } from "./interrupts.ts";
import type { Stdio } from "./stdio.ts";
import type { Style } from "./style.ts";
import { visible, visibleLines } from "./visible.ts";

export interface ErrorView {
  readonly json: boolean;
  /** Tell a defect in the error's own words too. */
  readonly verbose: boolean;
  readonly stdio: Stdio;
  /** Colours of stderr. */
  readonly style: Style;
  /** The signal that ended the command, when one did. */
  readonly interruptedBy: NodeJS.Signals | undefined;
}

/** Print why a command failed; returns the exit code. */
export function reportError(error: unknown, view: ErrorView): number {
  const { json, stdio, style } = view;
  const failure = describe(error, view);
  if (json) {
    const { code, message, hint = null, details } = failure;
    stdio.stdout.write(`${JSON.stringify({ error: { code, message, hint, details } }, undefined, 2)}\n`);
  } else {
    stdio.stderr.write(`${style.red(style.bold("error:"))} ${shownMessage(failure.message)}\n`);
    for (const line of failure.lines ?? []) stdio.stderr.write(`    ${visible(line)}\n`);
    if (failure.hint !== undefined) stdio.stderr.write(`\n${style.cyan("hint:")} ${visibleLines(failure.hint)}\n`);
  }
  return failure.exit;
}

/** Names in it may hold anything. What a program printed stands behind a bar, and loses its colours only. */
function shownMessage(message: string): string {
  const lines = message.split("\n").map((line) => (line.startsWith("  | ") ? stripVTControlCharacters(line) : line));
  return visibleLines(lines.join("\n"));
}

interface Failure {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: object;
  /** What stands below the message where it is not in the details. */
  readonly lines?: readonly string[];
}

function describe(error: unknown, { interruptedBy, verbose }: ErrorView): Failure {
  if (interruptedBy !== undefined) {
    const exit = exitCodeOf(interruptedBy);
    const message = `Interrupted by ${interruptedBy}`;
    return { exit, code: "INTERRUPTED", message, hint: undefined, details: { signal: interruptedBy } };
  }
  const failure = isDevenvError(error) ? error : fileFailure(error);
  if (failure !== undefined) {
    const { exit, code, message, hint, details } = failure;
    return { exit, code, message, hint, details };
  }
  return describeDefect(error, verbose);
}

/** What the error says may hold anything that was read, secrets too, and a report of it is for the public: it is told on request only. */
function describeDefect(error: unknown, verbose: boolean): Failure {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const kind = [name, ...(typeof code === "string" ? [code] : [])].map(plainWord).join(" ");
  const frames = ownFrames(stack);
  const words = verbose ? message.split("\n") : [];
  const foreign = frames.length > 0 || message.includes("\n") ? undefined : foreignPlace(stack);
  if (foreign !== undefined) return describeForeign({ kind, place: foreign, words });
  return {
    exit: 1,
    code: "DEFECT",
    message: `This is a defect of devenv: ${kind}`,
    hint: verbose
      ? "report it with the lines above that begin with `at`, `devenv --version` and the command you ran; look first at what else you send, it may hold what is yours"
      : "report it with the lines above, `devenv --version` and the command you ran; `--verbose` adds the error's own words, which may hold what is yours",
    details: { kind, frames, ...(verbose ? { message } : {}) },
    lines: [...words, ...frames],
  };
}

interface ForeignFailure {
  readonly kind: string;
  readonly place: string;
  readonly words: readonly string[];
}

/** Of a config's own code that fails when nobody waits for it any more. */
function describeForeign({ kind, place, words }: ForeignFailure): Failure {
  return {
    exit: 1,
    code: "CONFIG_THREW",
    message: `Code that the config started failed at \`${place}\`: ${kind}`,
    hint: `mend it there${words.length === 0 ? "; `--verbose` adds the error's own words" : ""}`,
    details: { kind, place },
    lines: words,
  };
}

/** The innermost place in code that is neither Node's nor devenv's. */
function foreignPlace(stack: string): string | undefined {
  for (const line of stack.split("\n").filter((text) => !text.includes("node:"))) {
    const [, place] = /^\s+at .*?(?:file:\/\/)?(\/[^\s()]+:\d+:\d+)\)?$/.exec(line) ?? [];
    if (place !== undefined) return place.replace(/\?[^:/]*/, "");
  }
  return undefined;
}

/** A name may be set to anything. */
function plainWord(text: string): string {
  return /^\w{1,60}$/.test(text) ? text : "Error";
}

const ownFolder = new URL("..", import.meta.url).href;

/** Places in devenv's own code, from the innermost, without where it is installed. */
function ownFrames(stack: string): readonly string[] {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.flatMap((line) => {
    const [, place] = line.split(ownFolder);
    if (place === undefined || place.includes("node_modules/")) return [];
    const [, name] = /^\s+at (?:async )?([\w.#<> ]+) \(/.exec(line) ?? [];
    return [`at ${name === undefined ? "" : `${name} `}(${place.replace(/\)$/, "")})`];
  });
}
