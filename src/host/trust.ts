import { join } from "node:path";
import { assembleTrust, type HostTrust } from "./assemble-trust.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { readCertificateSources } from "./certificate-sources.ts";
import type { Host } from "./host.ts";

/** Read the extra CA certificates and the proxy variables of this host. */
export async function readHostTrust(host: Host): Promise<HostTrust> {
  return assembleTrust({ ...readCertificateSources(host), env: host.env });
}

/** The folder inside builds and containers that holds what the host adds. */
export const trustTarget = "/run/devenv";

/** The variables by which programs find the CA certificates in `folder`. */
export function trustEnvironment(folder: string): Readonly<Record<string, string>> {
  const variables = Object.fromEntries(bundleVariables.map((name) => [name, `${folder}/ca.pem`]));
  return { ...variables, APT_CONFIG: `${folder}/apt.conf`, SYSTEM_WGETRC: `${folder}/wgetrc` };
}

const bundleVariables = [
  "AWS_CA_BUNDLE",
  "BUNDLE_SSL_CA_CERT",
  "CARGO_HTTP_CAINFO",
  "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
  "COMPOSER_CAFILE",
  "CURL_CA_BUNDLE",
  "DENO_CERT",
  "GIT_SSL_CAINFO",
  "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
  "HEX_CACERTS_PATH",
  "HTTPLIB2_CA_CERTS",
  "NIX_SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "PERL_LWP_SSL_CA_FILE",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "SSL_CERT_FILE",
  "YARN_HTTPS_CA_FILE_PATH",
];

/**
 * A POSIX shell script that a RUN sources first: it puts the files into the tmpfs at /run/devenv and
 * exports the variables. It needs nothing but `sh` and `cat`, and is empty when the host adds nothing.
 */
export function buildTrustScript(trust: HostTrust): string {
  const files = trustFiles(trust);
  if (files === undefined) return "";
  const writes = Object.entries(files).map(
    ([name, content]) => `cat > ${trustTarget}/${name} <<'${endMark}'\n${content}${endMark}\n`,
  );
  const exports = Object.entries(trustEnvironment(trustTarget)).map(([name, value]) => `export ${name}=${value}\n`);
  return [...writes, ...exports].join("");
}

const endMark = "END_OF_DEVENV_FILE";

/** Have the files in devenv's cache folder, for mounting at /run/devenv; returns that folder. */
export async function writeTrustFolder(host: Host, trust: HostTrust): Promise<string> {
  const folder = join(host.cacheDir, "trust");
  for (const [name, content] of Object.entries(trustFiles(trust) ?? {})) {
    await writeFileAtomic(join(folder, name), content, 0o644);
  }
  return folder;
}

/** The places of those files, written or not. */
export function trustPaths({ cacheDir }: Pick<Host, "cacheDir">): readonly string[] {
  return ["ca.pem", "apt.conf", "wgetrc"].map((name) => join(cacheDir, "trust", name));
}

/** What stands in the folder; the configuration files name their place inside, not on the host. */
function trustFiles({ bundle }: HostTrust): Readonly<Record<string, string>> | undefined {
  if (bundle === undefined) return undefined;
  return {
    "ca.pem": bundle,
    "apt.conf": `Acquire::https::CAInfo "${trustTarget}/ca.pem";\n`,
    // wget with GnuTLS, Debian's, knows no variable for its certificates.
    wgetrc: `ca_certificate = ${trustTarget}/ca.pem\n`,
  };
}
