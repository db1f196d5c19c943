/** The built `devenv` as a subprocess, as a user runs it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { shellQuote } from "../../src/plan/quote.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface RunCliOptions {
  readonly cwd?: string;
  /** Beside this process's own variables; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** All of stdin; without it stdin is empty. */
  readonly stdin?: string | Uint8Array;
  /** Words before the command, of a program that runs it: `setpriv` as another user. */
  readonly prefix?: readonly string[];
  /** The process is killed then. */
  readonly timeoutMs?: number;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** Called when the process runs, to signal it for instance. */
  onStart?(running: RunningCli): void;
}

interface RunningCli {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stdout and stderr together hold this text. */
  printed(text: string): Promise<void>;
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run devenv with pipes for streams. */
export function runCli(args: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  return runProgram([process.execPath, ...(options.nodeOptions ?? []), main, ...args], options);
}

export interface TerminalOptions extends RunCliOptions {
  readonly columns?: number;
  readonly rows?: number;
}

/** Run devenv with a pseudo-terminal for all its streams (util-linux `script`); `stdin` is what is typed, `stdout` the screen. */
export function runCliInTerminal(args: readonly string[], options: TerminalOptions = {}): Promise<CliResult> {
  const { columns = 80, rows = 24, nodeOptions = [] } = options;
  const command = [process.execPath, ...nodeOptions, main, ...args].map(shellQuote).join(" ");
  const line = `stty cols ${columns} rows ${rows}; exec ${command}`;
  return runProgram(["script", "--quiet", "--return", "--command", line, "/dev/null"], options);
}

function runProgram(words: readonly string[], options: RunCliOptions): Promise<CliResult> {
  const [program = "", ...args] = [...(options.prefix ?? []), ...words];
  const { cwd, stdin = "", timeoutMs = 60_000 } = options;
  const env = {
    ...process.env,
    CI: undefined,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    TERM: "xterm-256color",
    ...options.env,
  };
  const child = spawn(program, args, { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL" });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const text = () => Buffer.concat([...stdout, ...stderr]).toString();
  // A command that ends without reading its stdin breaks the pipe; that is its right.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  options.onStart?.({
    kill: (signal) => void child.kill(signal),
    printed: (wanted) =>
      new Promise((resolve) => {
        const look = () => text().includes(wanted) && resolve();
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        look();
      }),
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) =>
      resolve({ exitCode, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
