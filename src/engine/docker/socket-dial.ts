/**
 * Requests over a local socket, without the machinery of `node:http`: each request has a connection of its
 * own, since dialling costs next to nothing there, and a command that makes few requests is over sooner.
 */
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { type AnswerHead, bodyReader, readHead } from "./answer-body.ts";
import { type Answer, bodyOf, type Dial, type EngineCall, successStatuses, targetOf } from "./request.ts";

/** Calls without a body that is read while it is sent. */
export function dialSocket(socketPath: string): Dial {
  return {
    json: async (call) => readJson(await collect(answerTo(await send(socketPath, call, { upgrade: false }), call))),
    stream: async (call) => answerTo(await send(socketPath, call, { upgrade: false }), call),
    hijack: async (call) => {
      const received = await send(socketPath, call, { upgrade: true });
      return received.head.status === 101 ? received.socket : answerTo(received, call);
    },
  };
}

interface Received {
  readonly head: AnswerHead;
  /** Paused; what came after the head stands at its front. */
  readonly socket: Socket;
}

/** Send a request and wait for the head of its answer; throws for a status that is no success. */
async function send(socketPath: string, call: EngineCall, { upgrade }: { upgrade: boolean }): Promise<Received> {
  const { signal } = call;
  signal?.throwIfAborted();
  const socket = connect(socketPath);
  const stop = () => socket.destroy(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  socket.once("close", () => signal?.removeEventListener("abort", stop));
  socket.write(headOf(call, upgrade));
  const body = bodyOf(call);
  if (body !== undefined) socket.write(body);
  const received = { socket, head: await receiveHead(socket) };
  const { status } = received.head;
  if (status === 101 || successStatuses.includes(status)) return received;
  throw await refusal(received, call);
}

function headOf(call: EngineCall, upgrade: boolean): string {
  const body = bodyOf(call);
  const headers: Record<string, unknown> = {
    Host: "docker",
    ...(upgrade ? { Connection: "Upgrade", Upgrade: "tcp" } : { Connection: "close" }),
    ...(call.json === undefined ? {} : { "Content-Type": "application/json" }),
    ...(call.method === "GET" || call.method === "HEAD" ? {} : { "Content-Length": body?.length ?? 0 }),
    ...call.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((member) => `${name}: ${String(member)}\r\n`),
  );
  return `${call.method} ${targetOf(call)} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function receiveHead(socket: Socket): Promise<AnswerHead> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = readHead(received.toString("latin1", 0, end));
      received = received.subarray(end + 4);
      if (head.status === 100) return onData(Buffer.alloc(0));
      finish();
      if (received.length > 0) socket.unshift(received);
      resolve(head);
    };
    const onClose = () => reject(brokenOff());
    const finish = () => {
      socket.pause();
      socket.off("data", onData).off("error", reject).off("close", onClose);
    };
    socket.on("data", onData).on("error", reject).on("close", onClose);
  });
}

/** The body as a stream; destroying it ends the request. */
function answerTo({ head, socket }: Received, { method }: EngineCall): Answer {
  const stream = new Readable({
    read: () => void socket.resume(),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  const reader = bodyReader(head, method, (part) => {
    if (!stream.push(part)) socket.pause();
  });
  let isWhole = reader === undefined;
  const finish = () => {
    isWhole = true;
    stream.push(null);
    socket.destroy();
  };
  const onEnd = () => {
    if (isWhole) return;
    if (reader?.endsWithConnection) finish();
    else stream.destroy(brokenOff());
  };
  socket.on("error", (error) => stream.destroy(error)).on("end", onEnd);
  socket.on("close", onEnd);
  socket.on("data", (chunk: Buffer) => {
    try {
      if (!isWhole && reader?.take(chunk)) finish();
    } catch (error) {
      stream.destroy(error as Error);
    }
  });
  if (isWhole) finish();
  return Object.assign(stream, { statusCode: head.status, headers: head.headers });
}

async function collect(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    stream.on("data", (part: Buffer) => parts.push(part));
    stream
      .once("end", resolve)
      .once("error", reject)
      .once("close", () => reject(brokenOff()));
  });
  return Buffer.concat(parts).toString();
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What `translateEngineError` reads: the status, and the engine's own words. */
async function refusal(received: Received, call: EngineCall): Promise<Error> {
  const text = await collect(answerTo(received, call));
  const { status } = received.head;
  return Object.assign(new Error(text.trim() || `it answered with status ${status}`), {
    statusCode: status,
    json: readJson(text),
  });
}

function brokenOff(): Error {
  return Object.assign(new Error("the connection broke"), { code: "ECONNRESET" });
}
