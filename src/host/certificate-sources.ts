import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import type { TrustSources } from "./assemble-trust.ts";
import type { Host } from "./host.ts";

/** Folders where an administrator puts CA certificates: Debian and Alpine, Fedora, SUSE, Arch. */
const anchorFolders = [
  "/usr/local/share/ca-certificates",
  "/etc/pki/ca-trust/source/anchors",
  "/etc/pki/trust/anchors",
  "/etc/ca-certificates/trust-source/anchors",
];
/** Where distributions keep the certificates that they ship, apart from added ones. */
const ordinaryPlaces = [
  "/usr/share/ca-certificates",
  "/usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit",
  "/usr/share/pki/trust/ca-bundle.trust.p11-kit",
  "/usr/share/ca-certificates/trust-source/mozilla.trust.p11-kit",
];
/** The bundle of the machine's own programs: Debian, Alpine and Arch; Fedora; SUSE; macOS. */
const bundleFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
/** Variables that name a file of CA certificates. */
const fileVariables = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

type CertificateSources = Omit<TrustSources, "env">;

/**
 * Read the machine's certificates; `root` stands before every fixed path, for tests. Synchronous: for
 * some 140 tiny files that is five times as fast, and every command that touches an engine waits for it.
 */
export function readCertificateSources(host: Host, root = "/"): CertificateSources {
  const named = readFiles(fileVariables.map((name) => host.env[name]).filter((file) => file !== undefined));
  if (host.platform !== "linux") return { added: [...named, ...systemStore()], ordinary: [], bundle: "" };
  const anchors = readPlaces(anchorFolders.map((folder) => join(root, folder)));
  const added = [...anchors, ...named];
  // On most machines nobody added any: then the ordinary ones, some 140 files, need not be read.
  if (added.length === 0) return { added, ordinary: [], bundle: "" };
  const [bundle = ""] = readFiles(bundleFiles.map((file) => join(root, file)));
  return { added, ordinary: readPlaces(ordinaryPlaces.map((place) => join(root, place))), bundle };
}

/** Every path of Linux that `readCertificateSources` looks at. */
export function certificatePaths({ env }: Pick<Host, "env">, root = "/"): readonly string[] {
  const named = fileVariables.map((name) => env[name]).filter((file) => file !== undefined);
  const anchors = anchorFolders.map((folder) => join(root, folder)).flatMap(listTree);
  const added = [...named, ...anchors];
  if (readPlaces(added).length === 0) return added;
  const everywhere = [...bundleFiles, ...ordinaryPlaces].map((place) => join(root, place));
  return [...added, ...everywhere.flatMap(listTree)];
}

/** A place with every folder and file below it. */
function listTree(place: string): readonly string[] {
  try {
    const entries = readdirSync(place, { withFileTypes: true, recursive: true });
    return [place, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  } catch {
    return [place];
  }
}

/** What the keychain or the registry of macOS and Windows trusts; Node before 22.15 cannot tell. */
function systemStore(): readonly string[] {
  return typeof getCACertificates === "function" ? getCACertificates("system") : [];
}

/** All files at or below the places; what cannot be read is as if it were not there. */
function readPlaces(places: readonly string[]): readonly string[] {
  return readFiles(places.flatMap((place) => listFolder(place) ?? [place]));
}

function listFolder(folder: string): readonly string[] | undefined {
  try {
    const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return undefined;
  }
}

function readFiles(files: readonly string[]): readonly string[] {
  return files.map(readPem).filter((text) => text !== undefined);
}

function readPem(file: string): string | undefined {
  try {
    const content = readFileSync(file);
    if (!isDer(content)) return content.toString("latin1");
    return `-----BEGIN CERTIFICATE-----\n${content.toString("base64")}\n-----END CERTIFICATE-----\n`;
  } catch {
    return undefined;
  }
}

/** The folders take it as well. It starts with an ASN.1 sequence of a length that takes bytes of its own. */
function isDer(content: Buffer): boolean {
  return content[0] === 0x30 && (content[1] ?? 0) > 0x80;
}
