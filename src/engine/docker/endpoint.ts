import type { AgentOptions as TlsOptions } from "node:https";
import { devenvError } from "../../errors.ts";

/** Where the engine listens and how it is reached. */
export interface Endpoint {
  /** As the user would write it into DOCKER_HOST. */
  readonly address: string;
  /** Its published ports are ports of this machine. */
  readonly local: boolean;
  readonly route: Route;
}

/** A pipe is one of Windows; the environment is that of the `ssh` program. */
export type Route =
  | { readonly kind: "socket"; readonly path: string; readonly isPipe: boolean }
  | { readonly kind: "ssh"; readonly url: URL; readonly env: Environment }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: EndpointTls | undefined };

type Environment = Readonly<Record<string, string | undefined>>;

/** Certificates of a TCP endpoint, PEM; the name and chain of the engine are checked unless told otherwise. */
export type EndpointTls = Pick<TlsOptions, "ca" | "cert" | "key" | "rejectUnauthorized">;

export interface EndpointOptions {
  readonly tls?: EndpointTls | undefined;
  /** Environment of the `ssh` program. */
  readonly env: Environment;
}

/** The endpoint of an address in DOCKER_HOST's syntax; throws ENGINE_UNREACHABLE when it is none. */
export function endpointAt(address: string, { tls, env }: EndpointOptions): Endpoint {
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/s.exec(address) ?? [];
  switch (scheme) {
    case "unix":
    case "npipe":
      return { address, local: true, route: { kind: "socket", path: rest, isPipe: scheme === "npipe" } };
    case "ssh":
      return { address, local: false, route: { kind: "ssh", url: parseUrl(address), env } };
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
  const port = url.port === "" ? (tls === undefined ? 2375 : 2376) : Number(url.port);
  return {
    address,
    local: ["localhost", "127.0.0.1", "[::1]"].includes(host),
    route: { kind: "tcp", host, port, tls },
  };
}

function parseUrl(address: string): URL {
  if (!URL.canParse(address)) throw devenvError("ENGINE_UNREACHABLE", { address, reason: "it is not a valid address" });
  return new URL(address);
}
