/** A gRPC server on one connection, on Node's own HTTP/2: what a BuildKit session needs, no more. */
import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";

/** One call of a method, in both directions a stream of messages. */
export interface GrpcCall {
  /** Request headers; a repeated one keeps its separate values. */
  metadata(name: string): readonly string[];
  /** Messages of the engine, until it has sent its last one. */
  readonly messages: AsyncIterator<Buffer>;
  /** Resolves when there is room for the next message; rejects when the engine has left. */
  send(message: Uint8Array): Promise<void>;
}

/** Serves one call; its rejection becomes the call's status. */
export type GrpcMethod = (call: GrpcCall) => Promise<void>;

/** Methods by path: `/grpc.health.v1.Health/Check`. */
export type GrpcMethods = Readonly<Record<string, GrpcMethod>>;

export const grpcStatus = { ok: 0, unknown: 2, notFound: 5, unimplemented: 12 } as const;

/** A failed call with a status of its own; every other error is reported as `unknown`. */
export class GrpcError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serve the methods on an open connection, the engine being the client, until the session is closed. */
export function serveGrpc(socket: Duplex, methods: GrpcMethods): ServerHttp2Session {
  const session = performServerHandshake(socket);
  // The connection's end is seen by whoever waits on "close"; an unheard error would end the process.
  session.on("error", () => session.destroy());
  session.on("stream", (stream, headers, _flags, rawHeaders: unknown) => {
    stream.on("error", () => stream.destroy());
    void answer(stream, methods[headers[":path"] ?? ""], rawHeaders as readonly string[]);
  });
  return session;
}

/** A method with one message in and one out. */
export function unary(respond: (request: Buffer) => Uint8Array | Promise<Uint8Array>): GrpcMethod {
  return async (call) => {
    const request = await call.messages.next();
    await call.send(await respond(request.done === true ? Buffer.alloc(0) : request.value));
  };
}

async function answer(stream: ServerHttp2Stream, method: GrpcMethod | undefined, rawHeaders: readonly string[]) {
  let trailers: Record<string, string> = { "grpc-status": String(grpcStatus.ok) };
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  try {
    if (method === undefined) throw new GrpcError(grpcStatus.unimplemented, "unknown method");
    await method({
      metadata: (name) => headerValues(rawHeaders, name),
      messages: readMessages(stream),
      send: (message) => write(stream, frame(message)),
    });
  } catch (error) {
    trailers = {
      "grpc-status": String(error instanceof GrpcError ? error.status : grpcStatus.unknown),
      "grpc-message": encodeURIComponent(error instanceof Error ? error.message : String(error)),
    };
  }
  if (!stream.destroyed) stream.end();
}

/** Raw header values are bytes read as latin1; Docker 20.10 sends UTF-8 there. */
function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders
    .filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1] === name)
    .map((value) => Buffer.from(value, "latin1").toString());
}

/** Length-prefixed message: one byte "not compressed", four bytes of length. */
function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed.writeUInt8(0, 0);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

async function* readMessages(stream: ServerHttp2Stream): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let offset = 0;
    while (pending.length >= offset + 5 && pending.length >= offset + 5 + pending.readUInt32BE(offset + 1)) {
      const end = offset + 5 + pending.readUInt32BE(offset + 1);
      yield pending.subarray(offset + 5, end);
      offset = end;
    }
    pending = pending.subarray(offset);
  }
}

function write(stream: ServerHttp2Stream, bytes: Buffer): Promise<void> {
  if (stream.destroyed) return Promise.reject(new Error("the engine has left the call"));
  if (stream.write(bytes)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = () => {
      stream.off("drain", settle).off("close", settle);
      if (stream.destroyed) reject(new Error("the engine has left the call"));
      else resolve();
    };
    stream.on("drain", settle).on("close", settle);
  });
}
