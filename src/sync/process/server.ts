import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { printMessage, type SyncAnswer, type SyncRequest, splitLines } from "./messages.ts";

export interface Asked {
  readonly request: SyncRequest;
  /** Aborted when who asked is gone. */
  readonly signal: AbortSignal;
  tell(answer: SyncAnswer): void;
}

/** Listen for requests, one a connection. What a killed process left at the address is removed. */
export async function serve(address: string, answer: (asked: Asked) => Promise<void>): Promise<Server> {
  const server = createServer((socket) => answerSocket(socket, answer));
  if (!address.startsWith("\\\\")) await rm(address, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, resolve);
  });
  return server;
}

function answerSocket(socket: Socket, answer: (asked: Asked) => Promise<void>): void {
  const gone = new AbortController();
  socket.setEncoding("utf8");
  socket.on("close", () => gone.abort());
  socket.on("error", () => gone.abort());
  const tell = (message: SyncAnswer) => {
    if (!gone.signal.aborted) socket.write(printMessage(message));
  };
  socket.on(
    "data",
    splitLines((line) => {
      const request = parseRequest(line);
      if (request === undefined) return socket.destroy();
      void answer({ request, signal: gone.signal, tell }).then(() => socket.end());
    }),
  );
}

/** Who may connect is the person who runs the process, so it is ours or nobody's. */
function parseRequest(line: string): SyncRequest | undefined {
  try {
    return JSON.parse(line) as SyncRequest;
  } catch {
    return undefined;
  }
}
