import { constants } from "node:os";
import type { Writable } from "node:stream";
import { devenvError } from "../errors.ts";
import type { ProgramOutput, RunOptions } from "./host.ts";

/** Lines of a failed program's output that its error carries. */
const errorLines = 20;
/** A program that was asked to end may still have mounts and temporary files to take away. */
const endGraceMs = 10_000;

/** What of this process a program needs. */
export interface ProgramSurroundings {
  readonly platform: NodeJS.Platform;
  /** Where `showOutput` goes. */
  readonly diagnostics: Writable;
  /** Throws when there is no such process; a negative pid names a process group. */
  kill(pid: number, signal: NodeJS.Signals): void;
}

/**
 * The `run` of `Processes`. An abort ends the program with all that it has started, and throws the
 * signal's reason; for that it gets a process group of its own, and so no terminal, when there is a signal.
 */
export function programRunner(surroundings: ProgramSurroundings) {
  return async (program: string, args: readonly string[], options: RunOptions = {}): Promise<ProgramOutput> => {
    const { signal } = options;
    signal?.throwIfAborted();
    const { execa } = await import("execa");
    const output = outputTargets(options, surroundings.diagnostics);
    const hasGroup = signal !== undefined && surroundings.platform !== "win32";
    const subprocess = execa(program, args, {
      reject: false,
      stripFinalNewline: false,
      all: true,
      detached: hasGroup,
      stdout: output,
      stderr: output,
      ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const stopWatching = endOnAbort({ pid: subprocess.pid, hasGroup, signal, kill: surroundings.kill });
    const result = await subprocess;
    stopWatching();
    signal?.throwIfAborted();
    return readResult(program, result, options.allowFailure === true);
  };
}

interface ProgramResult {
  readonly exitCode?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  readonly code?: string | undefined;
  readonly originalMessage?: string | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  readonly all?: string | undefined;
}

function readResult(program: string, result: ProgramResult, allowFailure: boolean): ProgramOutput {
  const { signal, stdout = "", stderr = "", all = "" } = result;
  if (result.exitCode === undefined && signal === undefined) throw notStarted(program, result);
  const exitCode = result.exitCode ?? 128 + constants.signals[signal ?? "SIGKILL"];
  if (exitCode !== 0 && !allowFailure) {
    throw devenvError("PROGRAM_FAILED", { program, exitCode, output: lastLines(all) });
  }
  return { exitCode, stdout, stderr };
}

type OutputTarget = "pipe" | Writable | ((line: unknown) => Generator<unknown>);

function outputTargets({ onLine, showOutput }: RunOptions, diagnostics: Writable): OutputTarget[] {
  const watchLines = function* (line: unknown): Generator<unknown> {
    onLine?.(String(line));
    yield line;
  };
  return ["pipe", ...(onLine === undefined ? [] : [watchLines]), ...(showOutput === true ? [diagnostics] : [])];
}

interface AbortOptions extends Pick<ProgramSurroundings, "kill"> {
  readonly pid: number | undefined;
  readonly hasGroup: boolean;
  readonly signal: AbortSignal | undefined;
}

/** SIGTERM on abort, SIGKILL when that does not end it in time; returns how to stop that. */
function endOnAbort({ pid, hasGroup, signal, kill }: AbortOptions): () => void {
  if (pid === undefined || signal === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const send = (name: NodeJS.Signals) => {
    try {
      kill(hasGroup ? -pid : pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  const end = () => {
    send("SIGTERM");
    timer = setTimeout(send, endGraceMs, "SIGKILL");
  };
  signal.addEventListener("abort", end, { once: true });
  return () => {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
  };
}

function notStarted(program: string, failure: ProgramResult): Error {
  // A working folder that is gone gives ENOENT too, and callers know theirs.
  if (failure.code === "ENOENT") return devenvError("PROGRAM_MISSING", { program }, failure);
  const output = failure.originalMessage ?? failure.code ?? "";
  return devenvError("PROGRAM_FAILED", { program, exitCode: 126, output }, failure);
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-errorLines).join("\n");
}
