import { once } from "node:events";
import { connect, createServer } from "node:net";
import { sha256 } from "../digest.ts";
import { devenvError } from "../errors.ts";
import { errnoOf } from "./reason.ts";

/** Below the ports that systems give to outgoing connections. */
const firstPort = 20_000;
const lastPort = 32_000;

export interface FreePortOptions {
  /** The same seed gives the same port, as long as that is free. */
  readonly seed: string;
  /** Ports that may look free and are not, such as those of stopped environments. */
  readonly taken: ReadonlySet<number>;
}

/** A port from 20000 to 32000 that is free on loopback: the first one from where the seed points. */
export async function freePort({ seed, taken }: FreePortOptions): Promise<number> {
  const count = lastPort - firstPort + 1;
  const start = Number.parseInt(sha256(seed).slice(0, 8), 16);
  for (let step = 0; step < count; step++) {
    const port = firstPort + ((start + step) % count);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw devenvError("PORTS_EXHAUSTED", { first: firstPort, last: lastPort });
}

/** Whether a container's port can be published there, on loopback; what listens on every address takes it too. */
export async function isPortFree(port: number): Promise<boolean> {
  // macOS lets loopback be bound beside every address, and one that may not bind a low port cannot know: someone answers.
  return (await canBind(port)) && !(await answers(port));
}

async function canBind(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
  } catch (error) {
    return errnoOf(error) !== "EADDRINUSE";
  }
  await server[Symbol.asyncDispose]();
  return true;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
