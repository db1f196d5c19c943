import { randomBytes } from "node:crypto";
import { chmod, lstat, rename, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { printMessage, type SyncAnswer, type SyncRequest, splitLines } from "./messages.ts";

export interface Asked {
  readonly request: SyncRequest;
  /** Aborted when who asked is gone. */
  readonly signal: AbortSignal;
  tell(answer: SyncAnswer): void;
}

export interface Listening {
  close(): Promise<void>;
}

/** Listen for requests, one a connection. What a killed process left at the address is replaced. */
export async function serve(address: string, answer: (asked: Asked) => Promise<void>): Promise<Listening> {
  const server = createServer((socket) => answerSocket(socket, answer));
  const listen = (at: string) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, resolve);
    });
  if (address.startsWith("\\\\")) {
    await listen(address);
    return { close: async () => void server.close() };
  }
  // what it began to listen at a server removes when it closes, whose ever that is by then; the name is no longer than `socket`
  const own = join(dirname(address), `~${randomBytes(2).toString("hex")}`);
  await listen(own);
  await chmod(own, 0o600);
  const { ino } = await lstat(own);
  await rename(own, address);
  return {
    async close() {
      server.close();
      const present = await lstat(address).catch(() => undefined);
      if (present?.ino === ino) await rm(address, { force: true });
    },
  };
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
