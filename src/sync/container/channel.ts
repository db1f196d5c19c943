import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Path } from "../entry.ts";
import { SideError } from "../side.ts";
import { splitFrames } from "./frames.ts";
import { openRequests, type ReplyTaker } from "./requests.ts";
import { openSender } from "./sender.ts";
import { encodeRequest, type Request } from "./wire.ts";

/** The streams of the agent's process. */
export interface AgentStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Where stdout is read into the same memory again and again: tells each chunk, which is gone after the call. */
  listen?(take: (chunk: Buffer) => void): void;
  readonly stderr: Readable;
}

export interface ChannelOptions {
  /** What the agent tells without being asked. */
  onUnasked(type: number, payload: Buffer): void;
  /** No request succeeds after this; not called after `close`. */
  onLost(reason: string): void;
  /** Milliseconds between heartbeats: one that is not answered until the next but one means that the agent is lost. */
  readonly heartbeatMs?: number | undefined;
}

/** Requests to the agent, many at once. */
export interface Channel {
  /** Ask, and get the payload of the reply. */
  call(request: Request, path: Path): Promise<Buffer>;
  /** Ask, and give what comes to a taker. */
  request(request: Request, path: Path, taker: ReplyTaker): void;
  /** Say something that is not answered. */
  send(request: Request): void;
  /** Resolves when there is room for more content; undefined: there is. */
  ready(): Promise<void> | undefined;
  /** Resolves when the agent has ended. */
  close(): Promise<void>;
}

/** The agent exits by itself after three of these. */
const defaultHeartbeatMs = 20_000;
/** How long an agent that was told to end may take. */
const closeMs = 2_000;

export function openChannel(streams: AgentStreams, options: ChannelOptions): Channel {
  const sender = openSender(streams.stdin);
  const requests = openRequests((id, request) => sender.send(encodeRequest(id, request)));
  let isClosing = false;
  const lose = (reason: string) => {
    clearInterval(heartbeat);
    if (!requests.fail(new SideError("lost", reason))) return;
    streams.stdout.destroy();
    if (!isClosing) options.onLost(reason);
  };
  let unanswered = 0;
  const heartbeat = setInterval(() => {
    if (unanswered >= 2) lose("the agent does not answer");
    unanswered += 1;
    requests.request({ type: "ping" }, "", { onOk: () => undefined, onError: () => undefined });
  }, options.heartbeatMs ?? defaultHeartbeatMs).unref();
  const split = splitFrames(
    (type, id, payload) => (id === 0 ? options.onUnasked(type, payload) : requests.takeReply(type, id, payload)),
    { isMemoryShared: streams.listen !== undefined },
  );
  const listen = streams.listen ?? ((take) => streams.stdout.on("data", take));
  listen((chunk) => {
    unanswered = 0;
    try {
      split(chunk);
    } catch (error) {
      lose(`the agent sent ${(error as Error).message}`);
    }
  });
  const ended = followEnd(streams, lose);
  return {
    request: requests.request,
    send: (said) => {
      if (!requests.isLost()) sender.send(encodeRequest(0, said));
    },
    call: (asked, path) =>
      new Promise((resolve, reject) => requests.request(asked, path, { onOk: resolve, onError: reject })),
    ready: () => (requests.isLost() ? undefined : sender.ready()),
    close: async () => {
      isClosing = true;
      streams.stdin.end();
      const late = setTimeout(() => lose("the agent does not end"), closeMs);
      await ended;
      clearTimeout(late);
    },
  };
}

/** What the agent said last on stderr tells best why it ended. */
async function followEnd({ stdin, stdout, stderr }: AgentStreams, lose: (reason: string) => void): Promise<void> {
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-1_000);
  });
  stderr.on("error", () => undefined);
  stdin.on("error", (error) => lose(error.message));
  const reason = await finished(stdout, { writable: false }).then(
    () => (said.trim() === "" ? "the agent has ended" : `the agent has ended: ${said.trim()}`),
    (error: Error) => error.message,
  );
  lose(reason);
}
