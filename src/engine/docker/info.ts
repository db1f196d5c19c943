import { text } from "node:stream/consumers";
import type { EngineInfo } from "../engine.ts";
import type { Connection, EngineCall } from "./connection.ts";

/** What the engine says of itself; its headers tell Podman from Docker. */
export async function engineInfo(connection: Connection): Promise<EngineInfo> {
  const call: EngineCall = { method: "GET", path: "/info", action: "describe itself" };
  const answer = await connection.requestStream(call);
  try {
    return readInfo(JSON.parse(await text(answer)) as InfoAnswer, isPodman(answer.headers));
  } catch (error) {
    throw connection.translate(error, call);
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function isPodman(headers: Headers): boolean {
  return headers["libpod-api-version"] !== undefined || String(headers.server).startsWith("Libpod/");
}

export function readInfo(info: InfoAnswer, podman: boolean): EngineInfo {
  return {
    product: podman ? "podman" : "docker",
    version: info.ServerVersion,
    platform: `${info.OSType}/${architectures[info.Architecture] ?? info.Architecture}`,
    store: info.DriverStatus?.some(([, value]) => value === containerdStore) ? "containerd" : info.Driver,
    rootless: info.SecurityOptions?.some((option) => option.split(",").includes("name=rootless")) ?? false,
    buildkit: !podman && isSince(info.ServerVersion, [18, 9]),
    // of the Dockerfile frontend that is part of the engine
    runNetwork: podman || isSince(info.ServerVersion, [23, 0]),
    cpus: info.NCPU,
    memory: info.MemTotal,
    dataRoot: info.DockerRootDir,
  };
}

const containerdStore = "io.containerd.snapshotter.v1";

/** The kernel's names, which engines report, to those of Go, which images carry. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm/v7",
  armv6l: "arm/v6",
  i686: "386",
};

function isSince(version: string, [sinceMajor, sinceMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

export interface InfoAnswer {
  readonly ServerVersion: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly Driver: string;
  readonly DriverStatus?: readonly (readonly string[])[] | null;
  readonly SecurityOptions?: readonly string[] | null;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly DockerRootDir: string;
}
