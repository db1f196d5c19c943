import { rootCertificates } from "node:tls";
import { type Certificate, splitCertificates, withoutKnown } from "./certificates.ts";
import type { Host } from "./host.ts";

/**
 * What the host's network needs inside builds and containers. It reaches them as a build secret and a
 * read-only mount, so it never counts in a fingerprint and never enters an image.
 */
export interface HostTrust {
  /** PEM of the CA certificates that this host trusts beside everybody's; undefined when there are none. */
  readonly certificates: string | undefined;
  /** PEM of all CA certificates a client inside should trust; undefined when the host adds none. */
  readonly bundle: string | undefined;
  /** Proxy variables as they are set here. */
  readonly proxies: Readonly<Record<string, string>>;
}

/** PEM texts, by where they come from. */
export interface TrustSources {
  /** Certificates that somebody added to this machine. */
  readonly added: readonly string[];
  /** The certificates that the distribution ships. */
  readonly ordinary: readonly string[];
  /** The bundle that the machine's own programs use. */
  readonly bundle: string;
  readonly env: Host["env"];
}

/** Most bytes of a bundle: BuildKit refuses a secret of more than 500 KiB, and the script around it needs some. */
export const maxBundleBytes = 480 * 1024;

/** Decide which certificates are extra, and put together a bundle that fits a build secret. */
export function assembleTrust({ added, ordinary, bundle, env }: TrustSources): HostTrust {
  const proxies = readProxies(env);
  const roots = splitCertificates(...rootCertificates);
  const unusual = withoutKnown(splitCertificates(...added), roots);
  const extras = withoutKnown(unusual, splitCertificates(...ordinary));
  if (extras.length === 0) return { certificates: undefined, bundle: undefined, proxies };
  const system = splitCertificates(bundle);
  const bundles = [system.length === 0 ? roots : system, roots].map((everybodys) =>
    [...extras, ...withoutKnown(everybodys, extras)].join(""),
  );
  const fitting = bundles.find((text) => text.length <= maxBundleBytes);
  return { certificates: extras.join(""), bundle: fitting ?? cutBundle(extras), proxies };
}

/** As many certificates as fit. */
function cutBundle(certificates: readonly Certificate[]): string {
  return certificates.reduce((text, next) => (text.length + next.length <= maxBundleBytes ? text + next : text), "");
}

const proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "FTP_PROXY"];

function readProxies(env: Host["env"]): Readonly<Record<string, string>> {
  const names = proxyNames.flatMap((name) => [name, name.toLowerCase()]);
  return Object.fromEntries(names.map((name) => [name, env[name] ?? ""]).filter(([, value]) => value !== ""));
}
