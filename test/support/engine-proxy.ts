import { createServer, connect as dial, type Socket } from "node:net";
import { join } from "node:path";
import { discoverEndpoint } from "../../src/engine/docker/discover.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { testHost } from "./test-host.ts";

export interface EngineProxy extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly address: string;
  /** Method and path of each request so far. */
  readonly requests: readonly string[];
  /** End every connection at once, and take no new one, as an engine that is stopped does. */
  cut(): void;
}

/** A socket of our own in front of the engine, which can go away while the engine stays. */
export async function openEngineProxy(): Promise<EngineProxy> {
  const folder = temporaryFolder();
  const path = join(folder.path, "engine.sock");
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = keep(dialEngine());
    keep(client).pipe(engine).pipe(client);
    client.on("data", (chunk: Buffer) => requests.push(...requestLines(chunk)));
    client.on("close", () => engine.destroy());
    engine.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `unix://${path}`,
    requests,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      folder[Symbol.dispose]();
    },
  };
}

/** A client sends the head of a request in one piece. */
function requestLines(chunk: Buffer): readonly string[] {
  return [...chunk.toString("latin1").matchAll(/(?:^|\n)([A-Z]+ \/\S*) HTTP\/1\.1\r\n/g)].map(([, line = ""]) => line);
}

function dialEngine(): Socket {
  const { address } = discoverEndpoint(testHost());
  const { protocol, hostname, port, pathname } = new URL(address);
  return protocol === "unix:" ? dial({ path: pathname, allowHalfOpen: true }) : dial(Number(port), hostname);
}
