import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Duplex, type Readable } from "node:stream";
import Dockerode from "dockerode";
import type { Endpoint } from "./endpoint.ts";
import { translateEngineError } from "./errors.ts";

/**
 * Requests to one engine, over whatever transport its address names. Every rejection is translated:
 * a catalogue error, or the signal's reason after an abort.
 */
export interface Connection {
  readonly address: string;
  /** The answer's JSON; undefined when it has none. */
  requestJson(call: EngineCall): Promise<unknown>;
  /** The answer as soon as its headers are there; its body is not read. */
  requestStream(call: EngineCall): Promise<IncomingMessage>;
  /** Ask for an upgrade; the socket is the caller's, what came after the headers stands at its front. */
  hijack(call: EngineCall): Promise<Duplex>;
  /** Translate what broke later, while a stream was read or a socket was used. */
  translate(error: unknown, call: Pick<EngineCall, "action" | "signal">): unknown;
}

/** One request. Paths carry no API version: the engine answers in its newest one. */
export interface EngineCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  /** Escaped: `/containers/ID/json`. */
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly json?: object | undefined;
  /** Bytes to send, a tar unless the headers say otherwise. */
  readonly body?: Readable | Buffer | undefined;
  /** What the engine is asked to do, after "could not": "create container `x`". */
  readonly action: string;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined members are left out; a list repeats its key. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A connection dials nothing until it is asked something. */
export function openConnection(endpoint: Endpoint, userName: string): Connection {
  const { modem } = new Dockerode(endpoint.options);
  const { address } = endpoint;
  const translate: Connection["translate"] = (error, { action, signal }) =>
    signal?.aborted ? signal.reason : translateEngineError(error, { address, userName, action });
  const dial = (call: EngineCall, mode: DialMode) =>
    new Promise<unknown>((resolve, reject) => {
      modem.dial(dialOptions(call, mode), (error: Error | null, result: unknown) =>
        error === null ? resolve(result) : reject(translate(error, call)),
      );
    });
  return {
    address,
    translate,
    requestJson: async (call) => {
      const answer = await dial(call, "json");
      return Buffer.isBuffer(answer) ? undefined : answer;
    },
    requestStream: async (call) => (await dial(call, "stream")) as IncomingMessage,
    hijack: async (call) => {
      const socket = await dial(call, "hijack");
      if (socket instanceof Duplex) return socket;
      throw translate(new Error("it did not upgrade the connection"), call);
    },
  };
}

type DialMode = "json" | "stream" | "hijack";

const successCodes = { 200: true, 201: true, 202: true, 204: true, 304: true };

function dialOptions(call: EngineCall, mode: DialMode) {
  const body = call.json === undefined ? call.body : Buffer.from(JSON.stringify(call.json));
  return {
    method: call.method,
    // docker-modem drops the last character of a path with a query and no options
    path: call.query === undefined ? call.path : `${call.path}?${queryString(call.query)}&`,
    headers: { ...(call.json === undefined ? {} : { "Content-Type": "application/json" }), ...call.headers },
    // without a body docker-modem would send an empty chunk into the upgraded connection
    file: body ?? (mode === "hijack" ? Buffer.alloc(0) : undefined),
    isStream: mode !== "json",
    hijack: mode === "hijack",
    statusCodes: successCodes,
    ...(call.signal === undefined ? {} : { abortSignal: call.signal }),
  };
}

function queryString(query: Query): string {
  return new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) =>
      value === undefined ? [] : [value].flat().map((member): [string, string] => [key, String(member)]),
    ),
  ).toString();
}
