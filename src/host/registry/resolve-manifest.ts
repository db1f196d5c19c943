import {
  openRegistry,
  type Registry,
  type RegistryDocument,
  type RegistryOptions,
  registryFailed,
} from "./open-registry.ts";

/** What a reference means in its registry now. */
export interface ResolvedManifest {
  /** Digest of the index that it names; undefined where it names a single manifest. */
  readonly index?: string | undefined;
  /** Digest of the manifest by platform, Linux alone: `linux/amd64` → `sha256:…`. */
  readonly platforms: Readonly<Record<string, string>>;
}

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/**
 * Ask a registry what a tag or digest stands for; downloads no layers.
 * Throws IMAGE_NOT_FOUND, REGISTRY_DENIED, REGISTRY_UNREACHABLE, REGISTRY_FAILED.
 */
export async function resolveManifest(options: RegistryOptions): Promise<ResolvedManifest> {
  const { reference } = options;
  await using registry = await openRegistry(options);
  const path = `manifests/${reference.digest ?? reference.tag ?? "latest"}`;
  const document = await registry.read(path, [...indexTypes, ...manifestTypes].join(", "));
  if (indexTypes.includes(document.mediaType)) {
    const { manifests } = membersOf(document.content);
    if (!Array.isArray(manifests)) throw registryFailed(reference, "its index has no list of manifests");
    return { index: document.digest, platforms: platformsOf(manifests) };
  }
  const platform = manifestTypes.includes(document.mediaType) ? await platformOf(registry, document) : undefined;
  if (platform !== undefined) return { platforms: { [platform]: document.digest } };
  throw registryFailed(reference, `it gives a document of type \`${document.mediaType}\`, which is no image for Linux`);
}

/** Attestations, which are of no platform, are left out; of two manifests for one the engine takes the first. */
function platformsOf(manifests: readonly unknown[]): Readonly<Record<string, string>> {
  const pairs = manifests.flatMap((manifest) => {
    const { digest, platform } = membersOf(manifest);
    const name = printPlatform(platform);
    return name !== undefined && isDigest(digest) ? [[name, digest] as const] : [];
  });
  return Object.fromEntries(pairs.toReversed());
}

async function platformOf(registry: Registry, manifest: RegistryDocument): Promise<string | undefined> {
  const { digest } = membersOf(membersOf(manifest.content).config);
  if (!isDigest(digest)) return undefined;
  return printPlatform((await registry.read(`blobs/${digest}`, "*/*")).content);
}

/** As engines write it: `linux/amd64`, `linux/arm64`, `linux/arm/v7`. */
function printPlatform(platform: unknown): string | undefined {
  const { os, architecture, variant = "" } = membersOf(platform);
  if (os !== "linux" || !isWord(architecture) || architecture === "unknown") return undefined;
  const isUsual = variant === "" || (architecture === "arm64" && variant === "v8");
  if (isUsual) return `linux/${architecture}`;
  return isWord(variant) ? `linux/${architecture}/${variant}` : undefined;
}

/** What a registry sends may be anything. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && /^\w{1,40}$/.test(value);
}
