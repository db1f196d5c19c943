import { devenvError } from "../../errors.ts";
import type { ContainerInfo, ContainerRequest, EngineContainers } from "../engine.ts";
import type { Connection, EngineCall } from "./connection.ts";
import { statusOf } from "./errors.ts";
import { execInContainer } from "./exec.ts";
import { labelFilter } from "./filters.ts";
import { readLogs } from "./logs.ts";
import { startContainer } from "./start.ts";
import { variables } from "./variables.ts";

export interface DockerContainersOptions {
  /** Published ports are ports of this machine. */
  readonly local: boolean;
}

export function dockerContainers(connection: Connection, { local }: DockerContainersOptions): EngineContainers {
  return {
    list: (labels) => listContainers(connection, labels),
    create: (request) => createContainer(connection, request),
    start: (id) => startContainer(connection, id, { local }),
    stop: (id, graceSeconds) => stopContainer(connection, id, graceSeconds),
    remove: (id) => removeContainer(connection, id),
    exec: (id, request) => execInContainer(connection, id, request),
    logs: (id, options) => readLogs(connection, id, options),
  };
}

async function listContainers(
  connection: Connection,
  labels: Readonly<Record<string, string>>,
): Promise<ContainerInfo[]> {
  const containers = (await connection.requestJson({
    method: "GET",
    path: "/containers/json",
    query: { all: true, filters: labelFilter(labels) },
    action: "list containers",
  })) as ListedContainer[];
  return containers.map((container) => ({
    id: container.Id,
    name: (container.Names?.[0] ?? "").replace(/^\//, ""),
    image: container.Image,
    state: podmanStates[container.State] ?? (container.State as ContainerInfo["state"]),
    labels: container.Labels ?? {},
    ports: (container.Ports ?? []).flatMap(({ PrivatePort, PublicPort }) =>
      PublicPort ? [{ container: PrivatePort, host: PublicPort }] : [],
    ),
    created: container.Created,
  }));
}

interface ListedContainer {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly Image: string;
  readonly State: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Ports?: readonly { readonly PrivatePort: number; readonly PublicPort?: number }[] | null;
  readonly Created: number;
}

const podmanStates: Readonly<Record<string, ContainerInfo["state"]>> = {
  configured: "created",
  initialized: "created",
  stopping: "running",
  stopped: "exited",
};

async function createContainer(connection: Connection, request: ContainerRequest): Promise<string> {
  const { name, image } = request;
  try {
    const { Id } = (await connection.requestJson({
      method: "POST",
      path: "/containers/create",
      query: { name, platform: request.platform },
      json: containerBody(request),
      action: `create container \`${name}\``,
    })) as { readonly Id: string };
    return Id;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) {
      const { reason } = (error as { details: { reason: string } }).details;
      throw devenvError("IMAGE_NOT_FOUND", { reference: image, reason }, error);
    }
    // Podman answers 500 where Docker answers 409
    const taken = (status === 409 || status === 500) && (await containerExists(connection, name));
    throw taken ? devenvError("CONTAINER_NAME_TAKEN", { name }, error) : error;
  }
}

function containerBody(request: ContainerRequest): object {
  return {
    Image: request.image,
    // Podman takes an empty entry point for the image's own
    Entrypoint: request.command,
    Cmd: [],
    WorkingDir: request.workdir,
    Env: variables(request.env),
    Labels: request.labels,
    ...(request.user === undefined ? {} : { User: request.user }),
    // how long the engine waits for it when the machine shuts down: a shell has nothing to save
    StopTimeout: 2,
    ExposedPorts: Object.fromEntries(request.ports.map(({ container }) => [`${container}/tcp`, {}])),
    HostConfig: {
      Init: true,
      Privileged: false,
      SecurityOpt: ["no-new-privileges"],
      RestartPolicy: { Name: "no" },
      // unlike `Binds`, a mount of a missing folder fails and creates nothing
      Mounts: request.mounts.map(({ source, target, readOnly }) => ({
        Type: "bind",
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
      PortBindings: portBindings(request.ports),
    },
  };
}

/** One port of the container may be published at several of the host. */
function portBindings(ports: ContainerRequest["ports"]): object {
  const byContainerPort = Object.groupBy(ports, ({ container }) => `${container}/tcp`);
  return Object.fromEntries(
    Object.entries(byContainerPort).map(([port, bindings = []]) => [
      port,
      bindings.map(({ host }) => ({ HostIp: "127.0.0.1", HostPort: String(host) })),
    ]),
  );
}

async function containerExists(connection: Connection, name: string): Promise<boolean> {
  const call = containerCall(name, { method: "GET", suffix: "/json", action: "inspect" });
  return (await requestUnless([404], connection, call)) !== undefined;
}

async function stopContainer(connection: Connection, id: string, graceSeconds: number): Promise<void> {
  const call = containerCall(id, { method: "POST", suffix: "/stop", action: "stop" });
  await requestUnless([404], connection, { ...call, query: { t: graceSeconds } });
}

async function removeContainer(connection: Connection, id: string): Promise<void> {
  // Podman would wait ten seconds for a process that ignores SIGTERM; one that does not run cannot be killed
  await requestUnless(
    [404, 409, 500],
    connection,
    containerCall(id, { method: "POST", suffix: "/kill", action: "kill" }),
  );
  const removal = containerCall(id, { method: "DELETE", action: "remove" });
  await requestUnless([404], connection, { ...removal, query: { v: true, force: true } });
}

interface ContainerVerb {
  readonly method: EngineCall["method"];
  readonly suffix?: string;
  readonly action: string;
}

function containerCall(id: string, { method, suffix = "", action }: ContainerVerb): EngineCall {
  return { method, path: `/containers/${encodeURIComponent(id)}${suffix}`, action: `${action} container \`${id}\`` };
}

/** The answer, or undefined when the engine refuses with one of these statuses. */
async function requestUnless(statuses: readonly number[], connection: Connection, call: EngineCall): Promise<unknown> {
  try {
    return await connection.requestJson(call);
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}
