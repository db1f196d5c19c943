import { PassThrough, Writable } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { attach, terminalSize } from "../../../src/cli/terminal.ts";
import type { ExecProcess } from "../../../src/engine/containers.ts";
import type { Guard } from "../../../src/env/container/guard.ts";
import { type FakeStdio, fakeInterrupts, fakeStdio } from "../../support/fake-machine.ts";

const size = { columns: 120, rows: 40 };

interface OpenOptions {
  readonly tty?: boolean;
  readonly received?: NodeJS.Signals;
  /** Whether something inside can signal the command. */
  readonly canSignal?: boolean;
}

/** A command inside, played by the test. */
function open(stdio: FakeStdio, { tty = false, received, canSignal = true }: OpenOptions = {}) {
  const { interrupts } = fakeInterrupts();
  if (received !== undefined) interrupts.raise(received);
  const ended = Promise.withResolvers<number>();
  const sizes: (readonly [number, number])[] = [];
  const signals: NodeJS.Signals[] = [];
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const running: ExecProcess = {
    stdin,
    stdout,
    stderr,
    resize: async (columns, rows) => void sizes.push([columns, rows]),
    exitCode: () => ended.promise,
  };
  const guard: Guard = {
    signal: async (name) => signals.push(name) > 0 && canSignal,
    kill: async () => signals.push("SIGKILL") > 0 && canSignal,
    end: () => Promise.reject(new Error("not of a command that is attached")),
    release: async () => undefined,
  };
  const exitCode = attach({ running, guard, stdio, interrupts, tty });
  return { stdin, stdout, stderr, sizes, signals, interrupts, exitCode, end: ended.resolve, fail: ended.reject };
}

afterEach(() => vi.restoreAllMocks());

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a command inside without a terminal", () => {
  it("reads this process's stdin to its end, then sees it closed", async () => {
    const stdio = fakeStdio();
    const { stdin, exitCode, end } = open(stdio);
    stdio.stdin.end("some input");
    expect(await stdin.toArray()).toEqual([Buffer.from("some input")]);
    end(0);
    expect(await exitCode).toBe(0);
  });

  it("writes to stdout and stderr apart, and gives its exit code", async () => {
    const stdio = fakeStdio();
    const { stdout, stderr, exitCode, end } = open(stdio);
    stdout.end("out");
    stderr.end("err");
    await settle();
    end(7);
    expect([await exitCode, stdio.stdoutText(), stdio.stderrText()]).toEqual([7, "out", "err"]);
  });

  it("loses nothing to a reader that is slower than it", async () => {
    const fake = fakeStdio();
    let length = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        length += chunk.length;
        setTimeout(done, 1);
      },
    });
    const { stdout, exitCode, end } = open({ ...fake, stdout: slow });
    for (let count = 0; count < 20; count += 1) stdout.write(Buffer.alloc(10_000));
    stdout.end();
    end(0);
    expect(await exitCode).toBe(0);
    expect(length).toBe(200_000);
  });

  it("gets every signal instead of devenv, and none after its end", async () => {
    const { signals, interrupts, exitCode, end } = open(fakeStdio());
    for (const name of ["SIGINT", "SIGINT", "SIGTERM"] as const) interrupts.raise(name);
    end(130);
    expect(await exitCode).toBe(130);
    expect(interrupts.signal.aborted).toBe(false);
    interrupts.raise("SIGTERM");
    expect(signals).toEqual(["SIGINT", "SIGINT", "SIGTERM"]);
    expect(interrupts.received()).toBe("SIGTERM");
  });

  it("is killed by a second signal, and left alone by a third", async () => {
    const stdio = fakeStdio();
    const { signals, interrupts, exitCode } = open(stdio);
    interrupts.raise("SIGINT");
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 300);
    interrupts.raise("SIGINT");
    expect(signals).toEqual(["SIGINT", "SIGKILL"]);
    interrupts.raise("SIGTERM");
    expect(await exitCode).toBe(143);
    expect(stdio.stderrText()).toBe("devenv: the command could not be ended; it goes on inside\n");
  });

  it("is left alone where nothing inside can signal it", async () => {
    const stdio = fakeStdio();
    const { interrupts, exitCode } = open(stdio, { canSignal: false });
    interrupts.raise("SIGINT");
    expect(await exitCode).toBe(130);
    expect(stdio.stderrText()).toBe("devenv: the command could not be ended; it goes on inside\n");
  });

  it("is told of a reader that is gone, and may go on after that", async () => {
    const { signals, interrupts, exitCode, end } = open(fakeStdio());
    for (const name of ["SIGPIPE", "SIGPIPE", "SIGINT"] as const) interrupts.raise(name);
    expect(signals).toEqual(["SIGPIPE", "SIGPIPE", "SIGINT"]);
    end(130);
    expect(await exitCode).toBe(130);
  });

  it("gets the signal that came while it was being started", async () => {
    const { signals, exitCode, end } = open(fakeStdio(), { received: "SIGINT" });
    end(130);
    await exitCode;
    expect(signals).toEqual(["SIGINT"]);
  });

  it("is not held up when nobody reads stdout any more", async () => {
    const stdio = fakeStdio();
    const { stdout, exitCode, end } = open(stdio);
    stdio.stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    stdout.write(Buffer.alloc(1 << 20));
    stdout.end();
    await new Promise((resolve) => stdout.once("end", resolve));
    end(141);
    expect(await exitCode).toBe(141);
  });

  it("may end without reading its stdin", async () => {
    const stdio = fakeStdio();
    const { stdin, exitCode, end } = open(stdio);
    stdin.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    end(0);
    expect(await exitCode).toBe(0);
    expect(stdio.stdin.isPaused()).toBe(true);
  });
});

describe("a command inside with a terminal", () => {
  it("gets keys raw and follows this terminal's size", async () => {
    const stdio = fakeStdio(size);
    const { sizes, exitCode, end } = open(stdio, { tty: true });
    Object.assign(stdio.stdout, { columns: 90, rows: 30 });
    stdio.stdout.emit("resize");
    expect(stdio.stdin.rawModes).toEqual([true]);
    end(0);
    await exitCode;
    stdio.stdout.emit("resize");
    expect(sizes).toEqual([
      [120, 40],
      [90, 30],
    ]);
    expect(stdio.stdin.rawModes).toEqual([true, false]);
  });

  it("leaves the terminal as it was when the connection breaks", async () => {
    const stdio = fakeStdio(size);
    const { exitCode, fail } = open(stdio, { tty: true });
    fail(new Error("lost"));
    await expect(exitCode).rejects.toThrow("lost");
    expect(stdio.stdin.rawModes).toEqual([true, false]);
    expect(stdio.stdout.listenerCount("resize")).toBe(0);
  });

  it("is given only when both stdin and stdout are one", () => {
    expect(terminalSize(fakeStdio(size))).toEqual(size);
    expect(terminalSize({ ...fakeStdio(size), stdout: fakeStdio().stdout })).toBeUndefined();
    expect(terminalSize({ ...fakeStdio(size), stdin: fakeStdio().stdin })).toBeUndefined();
  });
});
