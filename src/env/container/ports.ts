import type { Engine } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { freePort, isPortFree } from "../../host/port.ts";
import { portHolder } from "../../host/port-holder.ts";
import type { PortTable } from "../../plan/labels.ts";
import type { PortSpec } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";

export interface AssignedPort {
  readonly container: number;
  readonly host: number;
  /** The port of the host that the config asks for. */
  readonly wanted: number;
}

export interface PortRequest {
  readonly environment: string;
  readonly wanted: readonly PortSpec[];
  /** What was given before: it stays, so that bookmarks and settings stay right. */
  readonly remembered: PortTable;
  /** Ports of other containers of devenv, running or not, each with its container's name. */
  readonly claimed: ReadonlyMap<number, string>;
  /** Ports that looked free and were not. */
  readonly lost: ReadonlySet<number>;
  /** Ports that the container which is being replaced will let go. */
  readonly own: ReadonlySet<number>;
  /** Tells this workspace from others: the same one is given the same ports. */
  readonly seed: string;
}

export function portKey({ container, host }: Pick<PortSpec, "container" | "host">): string {
  return `${container}:${host}`;
}

/** As labels remember them. */
export function portTable(ports: readonly AssignedPort[]): PortTable {
  return Object.fromEntries(ports.map(({ container, wanted, host }) => [portKey({ container, host: wanted }), host]));
}

/** A port of the host for each one wanted; throws PORT_TAKEN for a required one that is taken. */
export async function assignPorts(context: OperationContext, request: PortRequest): Promise<readonly AssignedPort[]> {
  const given = new Set<number>();
  const assigned: AssignedPort[] = [];
  for (const port of request.wanted) {
    const host = await assignPort(context, request, { port, given });
    given.add(host);
    assigned.push({ container: port.container, host, wanted: port.host });
  }
  return assigned;
}

interface Choice {
  readonly port: PortSpec;
  /** To other ports of this environment. */
  readonly given: ReadonlySet<number>;
}

async function assignPort(context: OperationContext, request: PortRequest, { port, given }: Choice): Promise<number> {
  const { remembered, claimed, own, lost, environment } = request;
  const isFree = async (host: number) =>
    !given.has(host) &&
    !lost.has(host) &&
    (own.has(host) || (!claimed.has(host) && (await canBind(context.engine, host))));
  const before = port.required ? undefined : remembered[portKey(port)];
  if (before !== undefined && before !== port.host && (await isFree(before))) return before;
  if (await isFree(port.host)) return port.host;
  const holder = await describeHolder(context, port.host, claimed);
  if (port.required) throw devenvError("PORT_TAKEN", { port: port.host, environment, holder });
  const taken = new Set([...given, ...lost, ...claimed.keys()]);
  const host = await freePort({ seed: `${request.seed}:${portKey(port)}`, taken });
  context.report({ kind: "warning", environment, text: `port ${port.host} is taken by ${holder}; using ${host}` });
  return host;
}

/** Only an engine on this machine publishes ports here. */
async function canBind(engine: Engine, port: number): Promise<boolean> {
  return !engine.address.startsWith("unix:") || (await isPortFree(port));
}

async function describeHolder(
  { host, engine }: OperationContext,
  port: number,
  claimed: ReadonlyMap<number, string>,
): Promise<string> {
  const container = claimed.get(port) ?? (await publisherOf(engine, port));
  if (container !== undefined) return `container \`${container}\``;
  const holder = await portHolder(port, host).catch(() => undefined);
  return holder === undefined ? "another program" : `process ${holder.pid} (${holder.program})`;
}

/** Name of the container, whoever made it, that publishes a port. */
async function publisherOf({ containers }: Engine, host: number): Promise<string | undefined> {
  const all = await containers.list({});
  return all.find(({ ports }) => ports.some((port) => port.host === host))?.name;
}
