import { type Duplex, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecProcess, ExecRequest } from "../containers.ts";
import type { Connection, EngineCall } from "./connection.ts";
import { tellEnded } from "./container-end.ts";
import { demultiplex } from "./demultiplex.ts";
import { variables } from "./variables.ts";

/** Run a command in a running container; throws CONTAINER_NOT_RUNNING in one that is not. */
export async function execInContainer(
  connection: Connection,
  container: string,
  request: ExecRequest,
): Promise<ExecProcess> {
  const { exec, socket } = await openExec(connection, container, request);
  const { stdout, stderr, ended } = demultiplex(socket, {
    raw: request.tty !== undefined,
    misplaced: { mayBe: mayBeEnginesWord, isSo: async () => hasNotBegun(await askEnd(connection, exec)) },
    explain: (error) => explainBreak(connection, exec, error),
  });
  const over = new AbortController();
  socket.once("close", () => over.abort());
  const resize = (columns: number, rows: number) =>
    resizeExec(connection, exec, { columns, rows, signal: over.signal });
  // engines before API 1.42 take no size at the start
  if (request.tty !== undefined) void resize(request.tty.columns, request.tty.rows);
  return {
    stdout,
    stderr,
    stdin: stdinOf(socket),
    resize,
    exitCode: async () => {
      await ended;
      const end = await readEnd(connection, exec);
      return hasNotBegun(end) ? exitCodeOfNothing(connection, container, request) : end.exitCode;
    },
  };
}

interface Exec {
  readonly id: string;
  readonly container: string;
  readonly action: string;
}

/** The container may end between the two calls. */
async function openExec(
  connection: Connection,
  container: string,
  request: ExecRequest,
): Promise<{ readonly exec: Exec; readonly socket: Duplex }> {
  try {
    const exec = await createExec(connection, container, request);
    return { exec, socket: await startExec(connection, exec, request) };
  } catch (error) {
    throw await tellEnded(connection, container, error);
  }
}

async function createExec(connection: Connection, container: string, request: ExecRequest): Promise<Exec> {
  const action = `run \`${request.command[0] ?? ""}\` in container \`${container}\``;
  const { Id: id } = (await connection.requestJson({
    method: "POST",
    path: `/containers/${encodeURIComponent(container)}/exec`,
    json: {
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: request.tty !== undefined,
      Cmd: request.command,
      Env: variables(request.env ?? {}),
      ...(request.workdir === undefined ? {} : { WorkingDir: request.workdir }),
      ...(request.user === undefined ? {} : { User: request.user }),
    },
    action,
  })) as { readonly Id: string };
  return { id, container, action };
}

function startExec(connection: Connection, { id, action }: Exec, { tty }: ExecRequest): Promise<Duplex> {
  return connection.hijack({
    method: "POST",
    path: `/exec/${id}/start`,
    json: {
      Detach: false,
      Tty: tty !== undefined,
      ...(tty === undefined ? {} : { ConsoleSize: [tty.rows, tty.columns] }),
    },
    action,
  });
}

/** The command's stdin. What it no longer takes is dropped, as by a command that ended: its exit code tells. */
function stdinOf(socket: Duplex): Writable {
  const whenWritable = (use: () => void, done: () => void) => (socket.writable ? use() : done());
  return new Writable({
    write: (chunk, _encoding, done) => whenWritable(() => socket.write(chunk, () => done()), done),
    final: (done) => whenWritable(() => socket.end(() => done()), done),
  });
}

interface Resize {
  readonly columns: number;
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** A command that is over, or over before the engine comes to it, has no size: no error. */
async function resizeExec(connection: Connection, { id }: Exec, { columns, rows, signal }: Resize): Promise<void> {
  const call: EngineCall = {
    method: "POST",
    path: `/exec/${id}/resize`,
    query: { h: rows, w: columns },
    action: "resize a terminal",
    signal,
  };
  await connection.requestJson(call).catch(() => undefined);
}

interface End {
  readonly exitCode: number;
  /** Of the engine's host; 0: there never was a process. */
  readonly pid: number;
}

/** The engine may call a command running for a moment after its output ended. */
async function readEnd(connection: Connection, exec: Exec): Promise<End> {
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    const end = await askEnd(connection, exec);
    if (end !== undefined) return end;
    await delay(pauseMs);
  }
}

/** A command that closed its output may run on for long; asking more often would only load the engine. */
const maxPauseMs = 250;

/** Undefined while the command runs; the engine forgets it with its container. */
async function askEnd(connection: Connection, { id, container, action }: Exec): Promise<End | undefined> {
  try {
    const answer = await connection.requestJson({ method: "GET", path: `/exec/${id}/json`, action });
    const { Running, ExitCode, Pid } = answer as InspectedExec;
    return Running || ExitCode === null ? undefined : { exitCode: ExitCode, pid: Pid ?? 0 };
  } catch (error) {
    throw await tellEnded(connection, container, error);
  }
}

interface InspectedExec {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly Pid?: number;
}

/** Docker's answer where there is no such program, or none that can be run. */
const notRunCode = 126;

function hasNotBegun(end: End | undefined): boolean {
  return end?.exitCode === notRunCode && end.pid === 0;
}

/** Docker writes why it cannot begin a command to the command's own output, and ends it as terminals do. */
function mayBeEnginesWord(first: Buffer): boolean {
  return first.length <= longestWord && first.subarray(-2).equals(Buffer.from("\r\n"));
}

/** Bytes. */
const longestWord = 4096;

/** What shells give: 127 for a program that is not there, 126 for one that cannot be run. Asked inside: engines tell both alike. */
async function exitCodeOfNothing(connection: Connection, container: string, request: ExecRequest): Promise<number> {
  const { command, user, workdir, env } = request;
  const [program = ""] = command;
  const asked = { command: [...probe, program], user, workdir, env };
  const { exec, socket } = await openExec(connection, container, asked);
  socket.resume().end();
  await finished(socket, { writable: false }).catch(() => undefined);
  const end = await readEnd(connection, exec);
  const isMissing = hasNotBegun(end) ? program === probe[0] && user === undefined : end.exitCode === notFoundCode;
  return isMissing ? notFoundCode : notRunCode;
}

const notFoundCode = 127;
const probe = [
  "/bin/sh",
  "-c",
  'case $1 in */*) [ ! -e "$1" ] || exit 0; exit 127 ;; esac; IFS=:; for dir in $PATH; do [ ! -e "$dir/$1" ] || exit 0; done; exit 127',
  "sh",
];

/** Podman resets the connection of a command that ended with input unread: no break, but the end. */
async function explainBreak(connection: Connection, exec: Exec, error: unknown): Promise<unknown> {
  for (const pauseMs of [0, 25, 100, 400]) {
    await delay(pauseMs);
    const end = await askEnd(connection, exec).catch(() => undefined);
    if (end !== undefined) return undefined;
  }
  return connection.translate(error, exec);
}
