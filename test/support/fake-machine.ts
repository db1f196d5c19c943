import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { listenForInterrupts, type RaisedInterrupts } from "../../src/cli/interrupts.ts";
import type { Machine } from "../../src/cli/run.ts";
import type { InputStream, OutputStream, Stdio } from "../../src/cli/stdio.ts";
import type { Host } from "../../src/host/host.ts";

/** Streams that keep what is written to them; `terminal` makes all three a terminal of that size. */
export interface FakeStdio extends Stdio {
  readonly stdin: PassThrough & InputStream & { readonly rawModes: boolean[] };
  stdoutText(): string;
  stderrText(): string;
}

export function fakeStdio(terminal?: { readonly columns: number; readonly rows: number }): FakeStdio {
  const rawModes: boolean[] = [];
  const isTTY = terminal !== undefined;
  const stdin = Object.assign(new PassThrough(), {
    isTTY,
    rawModes,
    setRawMode: (raw: boolean) => rawModes.push(raw),
    unref: () => undefined,
  });
  const [stdout, stdoutText] = keepingStream({ isTTY, ...terminal });
  const [stderr, stderrText] = keepingStream({ isTTY, ...terminal });
  return { stdin, stdout, stderr, stdoutText, stderrText };
}

function keepingStream(properties: object): [OutputStream, () => string] {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return [Object.assign(stream, properties), () => Buffer.concat(chunks).toString()];
}

function fakeHost(env: Host["env"] = {}): Host {
  const unused = () => Promise.reject(new Error("no programs here"));
  return {
    platform: "linux",
    arch: "amd64",
    env,
    home: "/home/ada",
    cacheDir: "/home/ada/.cache/devenv",
    uid: 1000,
    gid: 1000,
    userName: "ada",
    processes: { run: unused, find: async () => undefined, startDetached: unused },
  };
}

export function fakeInterrupts(): { readonly interrupts: RaisedInterrupts; readonly exits: number[] } {
  const exits: number[] = [];
  return { interrupts: listenForInterrupts(new EventEmitter(), (code) => exits.push(code)), exits };
}

/** A machine without an engine, started in `cwd`. */
export function fakeMachine(stdio: FakeStdio, cwd = "/"): Machine {
  return {
    host: fakeHost(),
    stdio,
    interrupts: fakeInterrupts().interrupts,
    cwd,
    readVersion: () => "1.2.3",
    program: { path: "/usr/lib/devenv/main.js", node: "v0", nodePath: "/usr/bin/node" },
    loadEngine: () => Promise.reject(new Error("no engine here")),
  };
}
