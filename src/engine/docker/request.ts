/** What is asked of an engine and what it answers, the same over every transport. */
import type { OutgoingHttpHeaders } from "node:http";
import type { Duplex, Readable } from "node:stream";

/** The body of an answer. */
export type Answer = Readable & {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

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

/** The ways to make a request; what they reject with is not translated yet. */
export interface Dial {
  json(call: EngineCall): Promise<unknown>;
  stream(call: EngineCall): Promise<Answer>;
  /** The answer of an engine that did not upgrade the connection. */
  hijack(call: EngineCall): Promise<Duplex | Answer>;
}

export function targetOf({ path, query }: EngineCall): string {
  return query === undefined ? path : `${path}?${queryString(query)}`;
}

/** The body, when it is there before the request is sent. */
export function bodyOf({ json, body }: EngineCall): Buffer | undefined {
  if (json !== undefined) return Buffer.from(JSON.stringify(json));
  return Buffer.isBuffer(body) ? body : undefined;
}

/** 304: a container that is to be started or stopped is so already. */
export const successStatuses: readonly number[] = [200, 201, 202, 204, 304];

function queryString(query: Query): string {
  return new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) =>
      value === undefined ? [] : [value].flat().map((member): [string, string] => [key, String(member)]),
    ),
  ).toString();
}
