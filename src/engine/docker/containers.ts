import { devenvError } from "../../errors.ts";
import type { ContainerInfo, EngineContainers } from "../containers.ts";
import type { LabelSelection } from "../labels.ts";
import type { Connection } from "./connection.ts";
import { containerCall, requestUnless } from "./container-call.ts";
import { containerEnd } from "./container-end.ts";
import { containerExists, createContainer } from "./create-container.ts";
import { statusOf } from "./errors.ts";
import { execInContainer } from "./exec.ts";
import { labelFilter } from "./filters.ts";
import { readLogs } from "./logs.ts";
import { startContainer } from "./start.ts";

export interface DockerContainersOptions {
  /** Published ports are ports of this machine. */
  readonly local: boolean;
}

export function dockerContainers(connection: Connection, { local }: DockerContainersOptions): EngineContainers {
  return {
    list: (labels) => listContainers(connection, labels),
    exists: (name) => containerExists(connection, name),
    create: (request) => createContainer(connection, request),
    rename: (id, name) => renameContainer(connection, id, name),
    pause: (id) => pauseContainer(connection, id),
    unpause: (id) => unpauseContainer(connection, id),
    readFile: async (id, path) => (await loadFiles()).readFile(connection, id, path),
    writeFiles: async (id, files, tree) => (await loadFiles()).writeFiles(connection, id, { files, tree }),
    ownerOf: async (id, folder) => (await loadFiles()).ownerOf(connection, id, folder),
    unpack: async (id, folder, tar) => (await loadFiles()).unpackTar(connection, id, { folder, tar }),
    pack: async (id, path) => (await loadFiles()).packPath(connection, id, path),
    changeOwner: async (id, folder, owners) => (await loadFiles()).changeOwner(connection, id, { folder, ...owners }),
    changes: async (id) => (await loadLayer()).layerChanges(connection, id),
    commit: async (id, options) => (await loadLayer()).commitContainer(connection, id, options),
    start: (id) => startContainer(connection, id, { local }),
    stop: (id, graceSeconds) => stopContainer(connection, id, graceSeconds),
    remove: (id) => removeContainer(connection, id),
    ended: (id) => containerEnd(connection, id),
    exec: (id, request) => execInContainer(connection, id, request),
    logs: (id, options) => readLogs(connection, id, options),
  };
}

async function listContainers(connection: Connection, labels: LabelSelection): Promise<ContainerInfo[]> {
  const containers = (await connection.requestJson({
    method: "GET",
    path: "/containers/json",
    query: { all: true, filters: labelFilter(labels) },
    action: "list containers",
  })) as ListedContainer[];
  const mounts = await Promise.all(containers.map((container) => mountsOf(connection, container)));
  return containers.map((container, index) => ({
    id: container.Id,
    name: (container.Names?.[0] ?? "").replace(/^\//, ""),
    image: container.Image,
    state: podmanStates[container.State] ?? (container.State as ContainerInfo["state"]),
    labels: container.Labels ?? {},
    ports: (container.Ports ?? []).flatMap(({ PrivatePort, PublicPort }) =>
      PublicPort ? [{ container: PrivatePort, host: PublicPort }] : [],
    ),
    health: healthOf(container),
    created: container.Created,
    volumes: volumesOf(mounts[index] ?? []),
  }));
}

/** Podman leaves them out of a list. */
async function mountsOf(connection: Connection, { Id, Mounts }: ListedContainer): Promise<readonly ListedMount[]> {
  if (Mounts) return Mounts;
  const call = containerCall(Id, { method: "GET", suffix: "/json", action: "inspect" });
  const inspected = (await requestUnless([404], connection, call)) as Pick<ListedContainer, "Mounts"> | undefined;
  return inspected?.Mounts ?? [];
}

function volumesOf(mounts: readonly ListedMount[]): readonly string[] | undefined {
  const names = mounts.flatMap(({ Type, Name }) => (Type === "volume" && Name ? [Name] : []));
  return names.length === 0 ? undefined : names;
}

/** Engines before API 1.52 tell it at the end of a text alone; to inspect each container would be a call for each. */
function healthOf({ Health, Status = "" }: ListedContainer): ContainerInfo["health"] {
  const told = Health?.Status ?? /\((?:health: )?(\w+)\)$/.exec(Status)?.[1];
  return healths.find((health) => health === told);
}

const healths = ["starting", "healthy", "unhealthy"] as const;

interface ListedContainer {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly Image: string;
  readonly State: string;
  /** `Up 2 minutes (unhealthy)`. */
  readonly Status?: string;
  readonly Health?: { readonly Status?: string } | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Ports?: readonly { readonly PrivatePort: number; readonly PublicPort?: number }[] | null;
  readonly Created: number;
  readonly Mounts?: readonly ListedMount[] | null;
}

interface ListedMount {
  readonly Type?: string;
  readonly Name?: string;
}

const podmanStates: Readonly<Record<string, ContainerInfo["state"]>> = {
  configured: "created",
  initialized: "created",
  stopping: "running",
  stopped: "exited",
};

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

/** Only a container that is being made needs tars. */
function loadFiles(): Promise<typeof import("./container-files.ts")> {
  return import("./container-files.ts");
}

/** Only a snapshot needs the writable layer. */
function loadLayer(): Promise<typeof import("./container-layer.ts")> {
  return import("./container-layer.ts");
}

async function renameContainer(connection: Connection, id: string, name: string): Promise<void> {
  const call = containerCall(id, { method: "POST", suffix: "/rename", action: "rename" });
  try {
    await connection.requestJson({ ...call, query: { name } });
  } catch (error) {
    // Podman answers 500 where Docker answers 409
    const taken = [409, 500].includes(statusOf(error) ?? 0) && (await containerExists(connection, name));
    throw taken ? devenvError("CONTAINER_NAME_TAKEN", { name }, error) : error;
  }
}

/** Rootless engines cannot pause on the first version of cgroups. */
async function pauseContainer(connection: Connection, id: string): Promise<boolean> {
  const call = containerCall(id, { method: "POST", suffix: "/pause", action: "pause" });
  try {
    await connection.requestJson(call);
    return true;
  } catch (error) {
    if ([409, 500].includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}

async function unpauseContainer(connection: Connection, id: string): Promise<void> {
  // one that runs is 500, by some engines 409
  const call = containerCall(id, { method: "POST", suffix: "/unpause", action: "unpause" });
  await requestUnless([404, 409, 500], connection, call);
}
