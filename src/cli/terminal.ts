/** A command inside a container, attached to the streams and signals of this process as if it ran here. */
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { ExecProcess } from "../engine/containers.ts";
import type { Guard } from "../env/container/guard.ts";
import { exitCodeOf } from "./interrupts.ts";
import type { InputStream, Interrupts, OutputStream, Stdio } from "./stdio.ts";

export interface Attachment {
  readonly running: ExecProcess;
  readonly guard: Guard;
  readonly stdio: Stdio;
  readonly interrupts: Interrupts;
  /** The command has a terminal: keys go to it raw, and it learns this terminal's size. */
  readonly tty: boolean;
}

/** The size of this terminal when both ends of it are one; a command inside then gets a terminal too. */
export function terminalSize({ stdin, stdout }: Stdio): { columns: number; rows: number } | undefined {
  if (stdin.isTTY !== true || stdout.isTTY !== true) return undefined;
  return { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
}

/** Wait for the command's end, and until all that it printed is passed on, and give its exit code; the terminal is as before then, whatever happened. */
export async function attach(attachment: Attachment): Promise<number> {
  const { running, guard, stdio, tty } = attachment;
  const { left, release: releaseSignals } = forwardSignals(attachment);
  const releases = [
    tty ? setRaw(stdio.stdin) : nothing,
    tty ? forwardSize(running, stdio.stdout) : nothing,
    forwardInput(running, stdio.stdin),
    forwardOutput(running.stdout, stdio.stdout),
    forwardOutput(running.stderr, stdio.stderr),
  ];
  try {
    const exitCode = await Promise.race([running.exitCode(), left]);
    // a signal that comes now still ends what the command left behind
    await Promise.race([guard.release(), left]);
    releaseSignals();
    const { signal } = attachment.interrupts;
    await Promise.all([running.stdout, running.stderr].map((inside) => readToEnd(inside, signal)));
    return exitCode;
  } finally {
    releaseSignals();
    for (const release of releases.reverse()) release();
  }
}

type Release = () => void;
const nothing: Release = () => {};

/** Signals as close as this are one: a shell and a program between send what one key press means twice. */
const samePressMs = 250;

interface Forwarding {
  /** The exit code of a devenv that leaves a command which it cannot end. */
  readonly left: Promise<number>;
  readonly release: Release;
}

/** The first signal goes to the command's group, the second one kills all of it, the third one leaves it alone. */
function forwardSignals({ interrupts, guard, stdio }: Attachment): Forwarding {
  const { promise: left, resolve } = Promise.withResolvers<number>();
  const leave = (name: NodeJS.Signals) => {
    stdio.stderr.write("devenv: the command could not be ended; it goes on inside\n");
    resolve(exitCodeOf(name));
  };
  const use = (name: NodeJS.Signals, tell: Promise<boolean>) =>
    void tell.catch(() => false).then((isDone) => isDone || over || leave(name));
  let over = false;
  let firstMs: number | undefined;
  let isKilled = false;
  const take = (name: NodeJS.Signals) => {
    // nobody reads what it prints: its own affair
    if (name === "SIGPIPE") return void guard.signal(name).catch(() => false);
    const nowMs = performance.now();
    firstMs ??= nowMs;
    if (nowMs - firstMs < samePressMs) return use(name, guard.signal(name));
    if (isKilled) return leave(name);
    isKilled = true;
    use(name, guard.kill());
  };
  const early = interrupts.received();
  if (early !== undefined) take(early);
  const release = interrupts.forward(take);
  return {
    left,
    release() {
      // the command may be gone already, or about to end: its exit code says so, not a signal that came late
      over = true;
      release();
    },
  };
}

function setRaw(stdin: InputStream): Release {
  stdin.setRawMode?.(true);
  return () => void stdin.setRawMode?.(false);
}

function forwardSize(running: ExecProcess, stdout: OutputStream): Release {
  const resize = () => void running.resize(stdout.columns ?? 80, stdout.rows ?? 24).catch(() => {});
  stdout.on("resize", resize);
  // The size may have changed since the command was started with it.
  resize();
  return () => stdout.off("resize", resize);
}

function forwardInput({ stdin: inside }: ExecProcess, stdin: InputStream): Release {
  const close = () => inside.end();
  // A command that ends, or closes its stdin, before it has read everything is no failure.
  inside.on("error", nothing);
  stdin.on("error", close);
  stdin.pipe(inside);
  return () => {
    stdin.unpipe(inside);
    stdin.pause();
    stdin.off("error", close);
    stdin.unref?.();
  };
}

function forwardOutput(inside: NodeJS.ReadableStream, output: OutputStream): Release {
  // Nobody reads any more: the command learns of it by SIGPIPE; what it still prints must not hold it up.
  const drain = () => {
    inside.unpipe(output);
    inside.resume();
  };
  output.on("error", drain);
  inside.pipe(output, { end: false });
  return () => {
    output.off("error", drain);
    inside.unpipe(output);
  };
}

/** A reader may be slower than the command; what nobody reads is thrown away, which is an end too. */
async function readToEnd(inside: Readable, signal: AbortSignal): Promise<void> {
  if (inside.readableLength > 0) await finished(inside, { writable: false, signal }).catch(nothing);
}
