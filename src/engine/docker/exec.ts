import { type Duplex, Writable } from "node:stream";
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
      return readExitCode(connection, exec);
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

/** The engine may call a command running for a moment after its output ended. */
async function readExitCode(connection: Connection, exec: Exec): Promise<number> {
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    const exitCode = await askExitCode(connection, exec);
    if (exitCode !== undefined) return exitCode;
    await delay(pauseMs);
  }
}

/** A command that closed its output may run on for long; asking more often would only load the engine. */
const maxPauseMs = 250;

/** Undefined while the command runs; the engine forgets it with its container. */
async function askExitCode(connection: Connection, { id, container, action }: Exec): Promise<number | undefined> {
  try {
    const answer = await connection.requestJson({ method: "GET", path: `/exec/${id}/json`, action });
    const { Running, ExitCode } = answer as { readonly Running: boolean; readonly ExitCode: number | null };
    return Running ? undefined : (ExitCode ?? undefined);
  } catch (error) {
    throw await tellEnded(connection, container, error);
  }
}

/** Podman resets the connection of a command that ended with input unread: no break, but the end. */
async function explainBreak(connection: Connection, exec: Exec, error: unknown): Promise<unknown> {
  for (const pauseMs of [0, 25, 100, 400]) {
    await delay(pauseMs);
    const exitCode = await askExitCode(connection, exec).catch(() => undefined);
    if (exitCode !== undefined) return undefined;
  }
  return connection.translate(error, exec);
}
