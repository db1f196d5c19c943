import { createServer } from "node:net";
import { devenvError } from "../../errors.ts";
import type { Connection } from "./connection.ts";
import { statusOf } from "./errors.ts";

export interface StartOptions {
  /** Published ports are ports of this machine. */
  readonly local: boolean;
}

/** Start a container, one that runs already too; throws PORT_IN_USE when something else holds one of its ports. */
export async function startContainer(connection: Connection, id: string, { local }: StartOptions): Promise<void> {
  try {
    await connection.requestJson({
      method: "POST",
      path: `/containers/${encodeURIComponent(id)}/start`,
      action: `start container \`${id}\``,
    });
  } catch (error) {
    // engines have no code of their own for a taken port: look whether one is
    const taken =
      statusOf(error) === 404 ? undefined : await findTakenPort(connection, id, local).catch(() => undefined);
    throw taken === undefined ? error : devenvError("PORT_IN_USE", taken, error);
  }
}

interface TakenPort {
  readonly port: number;
  readonly container: string;
  readonly reason: string;
}

async function findTakenPort(connection: Connection, id: string, local: boolean): Promise<TakenPort | undefined> {
  const { Name, HostConfig } = (await connection.requestJson({
    method: "GET",
    path: `/containers/${encodeURIComponent(id)}/json`,
    action: `inspect container \`${id}\``,
  })) as InspectedPorts;
  const container = Name.replace(/^\//, "");
  const ports = Object.values(HostConfig.PortBindings ?? {}).flatMap((bindings) => bindings ?? []);
  for (const port of ports.map(({ HostPort }) => Number(HostPort))) {
    const holder = await publisherOf(connection, port);
    if (holder !== undefined) return { port, container, reason: `container \`${holder}\` publishes it` };
    if (local && (await isTaken(port))) return { port, container, reason: "another program listens on it" };
  }
  return undefined;
}

interface InspectedPorts {
  readonly Name: string;
  readonly HostConfig: {
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> | null;
  };
}

/** Name of the running container that publishes a port of the engine's host. */
async function publisherOf(connection: Connection, port: number): Promise<string | undefined> {
  const containers = (await connection.requestJson({
    method: "GET",
    path: "/containers/json",
    action: "list containers",
  })) as readonly Publisher[];
  const publisher = containers.find(({ Ports }) => Ports?.some(({ PublicPort }) => PublicPort === port));
  return publisher?.Names[0]?.replace(/^\//, "");
}

interface Publisher {
  readonly Names: readonly string[];
  readonly Ports?: readonly { readonly PublicPort?: number }[] | null;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
}
