import { createServer, connect as dial, type Socket } from "node:net";
import { join } from "node:path";
import { Transform } from "node:stream";
import { discoverEndpoint } from "../../src/engine/docker/discover.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { testHost } from "./test-host.ts";

export interface EngineProxy extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly address: string;
  /** Method and path of each request so far. */
  readonly requests: readonly string[];
  /** Hold back the first request from now on that the test chooses by its method and path. */
  hold(isHeld: (request: string) => boolean): HeldRequest;
  /** End every connection at once, and take no new one, as an engine that is stopped does. */
  cut(): void;
}

export interface HeldRequest {
  /** Resolves when there is such a request: the engine does not have it yet. */
  readonly reached: Promise<void>;
  /** Let it through; `drop` ends its connection instead. */
  release(): void;
  drop(): void;
}

interface Hold {
  isHeld(request: string): boolean;
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<boolean>;
}

/** A socket of our own in front of the engine, which can go away while the engine stays. */
export async function openEngineProxy(): Promise<EngineProxy> {
  const folder = temporaryFolder();
  const path = join(folder.path, "engine.sock");
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let hold: Hold | undefined;
  const pass = async (chunk: Buffer): Promise<boolean> => {
    const lines = requestLines(chunk);
    requests.push(...lines);
    const held = hold;
    if (held === undefined || !lines.some(held.isHeld)) return true;
    hold = undefined;
    held.reached.resolve();
    return held.released.promise;
  };
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = keep(dialEngine());
    const gate = new Transform({
      transform: (chunk: Buffer, _encoding, done) =>
        void pass(chunk).then((isPassed) => (isPassed ? done(null, chunk) : client.destroy())),
    });
    keep(client).pipe(gate).pipe(engine).pipe(client);
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
    hold: (isHeld) => {
      const held = { isHeld, reached: Promise.withResolvers<void>(), released: Promise.withResolvers<boolean>() };
      hold = held;
      return {
        reached: held.reached.promise,
        release: () => held.released.resolve(true),
        drop: () => held.released.resolve(false),
      };
    },
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
