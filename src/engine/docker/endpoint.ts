import { Agent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent, type AgentOptions as TlsOptions } from "node:https";
import { inspect } from "node:util";
import type { DockerOptions } from "dockerode";
import { devenvError } from "../../errors.ts";
import { createSshAgent } from "./ssh-transport.ts";

/** Where the engine listens and how it is reached. */
export interface Endpoint {
  /** As the user would write it into DOCKER_HOST. */
  readonly address: string;
  /** Its published ports are ports of this machine. */
  readonly local: boolean;
  readonly options: DockerOptions & { readonly agent: Agent };
}

/** Certificates of a TCP endpoint, PEM; the name and chain of the engine are checked unless told otherwise. */
export type EndpointTls = Pick<TlsOptions, "ca" | "cert" | "key" | "rejectUnauthorized">;

export interface EndpointOptions {
  readonly tls?: EndpointTls | undefined;
  /** Environment of the `ssh` program. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The endpoint of an address in DOCKER_HOST's syntax; throws ENGINE_UNREACHABLE when it is none. */
export function endpointAt(address: string, { tls, env }: EndpointOptions): Endpoint {
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/s.exec(address) ?? [];
  switch (scheme) {
    case "unix":
    case "npipe":
      return { address, local: true, options: { ...noDefaults, socketPath: rest, agent: createAgent() } };
    case "ssh":
      return {
        address,
        local: false,
        options: { ...noDefaults, host: "docker", agent: createSshAgent(parseUrl(address), env) },
      };
    case "tcp":
    case "http":
    case "https":
      return tcpEndpoint(address, parseUrl(`tcp://${rest}`), scheme === "https" ? { ...tls } : tls);
    default:
      throw devenvError("ENGINE_UNREACHABLE", {
        address,
        reason: `\`${scheme}://\` is not a scheme of a container engine`,
      });
  }
}

function tcpEndpoint(address: string, url: URL, tls: EndpointTls | undefined): Endpoint {
  const host = url.hostname === "" ? "localhost" : url.hostname;
  const secure = tls !== undefined;
  return {
    address,
    local: ["localhost", "127.0.0.1", "[::1]"].includes(host),
    options: {
      ...noDefaults,
      host,
      port: url.port === "" ? (secure ? 2376 : 2375) : url.port,
      protocol: secure ? "https" : "http",
      agent: secure ? hideFromDebugging(new HttpsAgent({ ...keepAlive, ...tls })) : createAgent(),
    },
  };
}

/** docker-modem reads the process's environment by itself for whatever it is not given. */
const noDefaults = {
  host: undefined,
  port: undefined,
  protocol: "http",
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
} as const;

const keepAlive: AgentOptions = { keepAlive: true };

function createAgent(): Agent {
  return hideFromDebugging(new Agent(keepAlive));
}

/** docker-modem formats its options for each request, debugging or not: an agent with its sockets costs 1.5 ms each time. */
function hideFromDebugging<Value extends Agent>(agent: Value): Value {
  return Object.assign(agent, { [inspect.custom]: () => "Agent" });
}

function parseUrl(address: string): URL {
  if (!URL.canParse(address)) throw devenvError("ENGINE_UNREACHABLE", { address, reason: "it is not a valid address" });
  return new URL(address);
}
