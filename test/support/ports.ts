import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

/** A server on a port of loopback that nobody else has, until it is disposed of. */
export async function listen(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A port of loopback that was free just now. */
export async function freePort(): Promise<number> {
  await using server = await listen();
  return portOf(server);
}
