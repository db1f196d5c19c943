import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../digest.ts";
import { devenvError } from "../../errors.ts";
import { dockerConfigDir, readDockerConfig, readJson } from "../../host/docker-config.ts";
import type { Host } from "../../host/host.ts";
import { type Endpoint, type EndpointTls, endpointAt } from "./endpoint.ts";

/**
 * The engine this user means, as Docker's own client finds it: DOCKER_HOST, the current context, then
 * the sockets of Docker, rootless Docker and Podman. Looks at files only; nothing is dialled.
 */
export function discoverEndpoint(host: Host): Endpoint {
  for (const strategy of [fromDockerHost, fromContext, fromKnownSockets]) {
    const endpoint = strategy(host);
    if (endpoint !== undefined) return endpoint;
  }
  return endpointAt(host.platform === "win32" ? windowsPipe : unixAddress(systemSocket), { env: host.env });
}

const systemSocket = "/var/run/docker.sock";
const windowsPipe = "npipe:////./pipe/docker_engine";

function fromDockerHost(host: Host): Endpoint | undefined {
  const { DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS, DOCKER_TLS_VERIFY } = host.env;
  if (!DOCKER_HOST) return undefined;
  const address = DOCKER_HOST === "unix://" ? unixAddress(systemSocket) : DOCKER_HOST;
  const tls = DOCKER_TLS || DOCKER_TLS_VERIFY ? readTls(DOCKER_CERT_PATH || dockerConfigDir(host)) : undefined;
  return endpointAt(address, {
    env: host.env,
    tls: tls && !DOCKER_TLS_VERIFY ? { ...tls, rejectUnauthorized: false } : tls,
  });
}

function fromContext(host: Host): Endpoint | undefined {
  const name = host.env.DOCKER_CONTEXT || readDockerConfig(host).currentContext;
  if (!name || name === "default") return undefined;
  const contexts = join(dockerConfigDir(host), "contexts");
  const endpoint = (readJson(join(contexts, "meta", sha256(name), "meta.json")) as ContextMeta | undefined)?.Endpoints
    ?.docker;
  if (endpoint?.Host === undefined) {
    throw devenvError("ENGINE_UNREACHABLE", { address: name, reason: `there is no Docker context \`${name}\`` });
  }
  const tlsDir = join(contexts, "tls", sha256(name), "docker");
  const tls = existsSync(tlsDir) || endpoint.SkipTLSVerify ? readTls(tlsDir) : undefined;
  return endpointAt(endpoint.Host, {
    env: host.env,
    tls: tls && endpoint.SkipTLSVerify ? { ...tls, rejectUnauthorized: false } : tls,
  });
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
}

/** The first socket that this user may use; else the first one there, whose refusal tells what is wrong. */
function fromKnownSockets(host: Host): Endpoint | undefined {
  const sockets = knownSockets(host).filter((path) => existsSync(path));
  const socket = sockets.find(isUsable) ?? sockets[0];
  return socket === undefined ? undefined : endpointAt(unixAddress(socket), { env: host.env });
}

function knownSockets({ env, home, platform }: Host): string[] {
  if (platform === "win32") return [];
  const runtimeDir = env.XDG_RUNTIME_DIR;
  return [
    systemSocket,
    join(home, ".docker/run/docker.sock"),
    ...(runtimeDir ? [join(runtimeDir, "docker.sock"), join(runtimeDir, "podman/podman.sock")] : []),
    "/run/podman/podman.sock",
  ];
}

function isUsable(socket: string): boolean {
  try {
    accessSync(socket, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readTls(dir: string): EndpointTls {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => {
    const file = join(dir, name);
    return existsSync(file) ? readFileSync(file) : undefined;
  });
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function unixAddress(path: string): string {
  return `unix://${path}`;
}
