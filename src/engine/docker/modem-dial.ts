/** Requests over any transport, by dockerode. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import Dockerode from "dockerode";
import type { Endpoint } from "./endpoint.ts";
import { modemOptions } from "./modem-options.ts";
import { bodyOf, type Dial, type EngineCall, successStatuses, targetOf } from "./request.ts";

export function dialModem(endpoint: Endpoint): Dial {
  const { modem } = new Dockerode(modemOptions(endpoint));
  const dial = (call: EngineCall, mode: keyof Dial) =>
    new Promise<unknown>((resolve, reject) => {
      modem.dial(dialOptions(call, mode), (error: Error | null, result: unknown) =>
        error === null ? resolve(result) : reject(error),
      );
    });
  return {
    json: async (call) => {
      const answer = await dial(call, "json");
      return Buffer.isBuffer(answer) ? undefined : answer;
    },
    stream: async (call) => (await dial(call, "stream")) as IncomingMessage,
    hijack: async (call) => (await dial(call, "hijack")) as Duplex | IncomingMessage,
  };
}

const statusCodes = Object.fromEntries(successStatuses.map((status): [number, true] => [status, true]));

function dialOptions(call: EngineCall, mode: keyof Dial) {
  return {
    method: call.method,
    // docker-modem drops the last character of a path with a query and no options
    path: call.query === undefined ? call.path : `${targetOf(call)}&`,
    headers: { ...(call.json === undefined ? {} : { "Content-Type": "application/json" }), ...call.headers },
    // without a body docker-modem would send an empty chunk into the upgraded connection
    file: bodyOf(call) ?? call.body ?? (mode === "hijack" ? Buffer.alloc(0) : undefined),
    isStream: mode !== "json",
    hijack: mode === "hijack",
    statusCodes,
    ...(call.signal === undefined ? {} : { abortSignal: call.signal }),
  };
}
