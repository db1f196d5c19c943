import { devenvError } from "../../errors.ts";
import type { ContainerMount, ContainerRequest, CreatedContainer } from "../containers.ts";
import type { Connection } from "./connection.ts";
import { containerCall, requestUnless } from "./container-call.ts";
import { statusOf } from "./errors.ts";
import { variables } from "./variables.ts";

export async function createContainer(connection: Connection, request: ContainerRequest): Promise<CreatedContainer> {
  const { name, image } = request;
  try {
    const { Id, Warnings } = (await connection.requestJson({
      method: "POST",
      path: "/containers/create",
      query: { name, platform: request.platform },
      json: containerBody(request),
      action: `create container \`${name}\``,
    })) as { readonly Id: string; readonly Warnings?: readonly string[] | null };
    return { id: Id, warnings: Warnings ?? [] };
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
      SecurityOpt: securityOptions(request.securityOpt ?? []),
      RestartPolicy: { Name: "no" },
      // unlike `Binds`, a mount of a missing folder fails and creates nothing
      Mounts: request.mounts.map(mountBody),
      Tmpfs: Object.fromEntries(
        (request.tmpfs ?? []).map(({ target, mode }) => [target, `mode=${mode.toString(8)},nosuid,nodev`]),
      ),
      PortBindings: portBindings(request.ports),
      ...limitsBody(request),
    },
  };
}

function securityOptions(options: readonly string[]): readonly string[] {
  const mayGain = "no-new-privileges=false";
  const others = options.filter((option) => option !== mayGain);
  return options.includes(mayGain) ? others : ["no-new-privileges", ...others];
}

function mountBody({ kind, source, target, readOnly, labels }: ContainerMount): object {
  const options = labels === undefined ? {} : { VolumeOptions: { Labels: labels } };
  return { Type: kind, Source: source, Target: target, ReadOnly: readOnly, ...options };
}

function limitsBody({ limits, devices = [], capAdd = [], gpus }: ContainerRequest): object {
  return {
    ...(limits?.cpus === undefined ? {} : { NanoCpus: Math.round(limits.cpus * 1e9) }),
    ...(limits?.memory === undefined ? {} : { Memory: limits.memory }),
    Devices: devices.map(({ source, target, permissions }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    })),
    CapAdd: capAdd,
    ...(gpus === undefined ? {} : { DeviceRequests: [gpuRequest(gpus)] }),
  };
}

function gpuRequest(gpus: "all" | number | readonly string[]): object {
  const which = typeof gpus === "object" ? { DeviceIDs: gpus } : { Count: gpus === "all" ? -1 : gpus };
  return { Driver: "", Capabilities: [["gpu"]], ...which };
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

/** Whether a container has this name or id. */
export async function containerExists(connection: Connection, name: string): Promise<boolean> {
  const call = containerCall(name, { method: "GET", suffix: "/json", action: "inspect" });
  return (await requestUnless([404], connection, call)) !== undefined;
}
