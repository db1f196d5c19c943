import { getCACertificates } from "node:tls";
import { EnvHttpProxyAgent } from "undici";

export interface AgentOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** PEM text of CA certificates to trust beside Node's. */
  readonly certificates?: string | undefined;
}

/** A server that says nothing for so long has failed. */
const silenceMs = 60_000;

/** Connections through the proxies that the environment names; the caller destroys it. */
export function openHttpAgent({ env, certificates }: AgentOptions): EnvHttpProxyAgent {
  const named = (name: string) => env[name.toLowerCase()] || env[name] || "";
  const tls = certificates === undefined ? {} : { ca: [...getCACertificates("default"), certificates] };
  return new EnvHttpProxyAgent({
    httpProxy: named("HTTP_PROXY") || named("ALL_PROXY"),
    httpsProxy: named("HTTPS_PROXY") || named("ALL_PROXY"),
    noProxy: named("NO_PROXY"),
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });
}
