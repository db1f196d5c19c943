import { Duplex } from "node:stream";
import type { Endpoint } from "./endpoint.ts";
import { translateEngineError } from "./errors.ts";
import type { Answer, Dial, EngineCall } from "./request.ts";
import { dialSocket } from "./socket-dial.ts";

/**
 * Requests to one engine, over whatever transport its address names. Every rejection is translated:
 * a catalogue error, or the signal's reason after an abort.
 */
export interface Connection {
  readonly address: string;
  /** The answer's JSON; undefined when it has none. */
  requestJson(call: EngineCall): Promise<unknown>;
  /** The answer as soon as its headers are there; its body is not read. */
  requestStream(call: EngineCall): Promise<Answer>;
  /** Ask for an upgrade; the socket is the caller's, what came after the headers stands at its front. */
  hijack(call: EngineCall): Promise<Duplex>;
  /** Translate what broke later, while a stream was read or a socket was used. */
  translate(error: unknown, call: Pick<EngineCall, "action" | "signal">): unknown;
}

export type { EngineCall } from "./request.ts";

/** A connection dials nothing until it is asked something. */
export function openConnection(endpoint: Endpoint, userName: string): Connection {
  const { address } = endpoint;
  const translate: Connection["translate"] = (error, { action, signal }) =>
    signal?.aborted ? signal.reason : translateEngineError(error, { address, userName, action });
  const dialFor = openDials(endpoint);
  const dial = async <Result>(call: EngineCall, use: (dial: Dial) => Promise<Result>): Promise<Result> => {
    try {
      return await use(await dialFor(call));
    } catch (error) {
      throw translate(error, call);
    }
  };
  return {
    address,
    translate,
    requestJson: (call) => dial(call, ({ json }) => json(call)),
    requestStream: (call) => dial(call, ({ stream }) => stream(call)),
    hijack: async (call) => {
      const socket = await dial(call, ({ hijack }) => hijack(call));
      if (socket instanceof Duplex) return socket;
      socket.destroy();
      throw translate(new Error("it did not upgrade the connection"), call);
    },
  };
}

/** A local socket is dialled directly; dockerode, which costs more to load than all the rest, does everything else. */
function openDials(endpoint: Endpoint): (call: EngineCall) => Promise<Dial> {
  const { route } = endpoint;
  const direct = route.kind === "socket" && !route.isPipe ? dialSocket(route.path) : undefined;
  let modem: Promise<Dial> | undefined;
  const openModem = async () => (await import("./modem-dial.ts")).dialModem(endpoint);
  return async ({ body }) => {
    const isSentWhole = body === undefined || Buffer.isBuffer(body);
    if (direct !== undefined && isSentWhole) return direct;
    modem ??= openModem();
    return modem;
  };
}
