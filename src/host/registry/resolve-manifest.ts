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
    return { index: document.digest, platforms: platformsOf(document.content as Index) };
  }
  const platform = manifestTypes.includes(document.mediaType) ? await platformOf(registry, document) : undefined;
  if (platform !== undefined) return { platforms: { [platform]: document.digest } };
  throw registryFailed(reference, `it gives a document of type \`${document.mediaType}\`, which is no image for Linux`);
}

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
}

interface Index {
  readonly manifests?: readonly {
    readonly digest: string;
    readonly mediaType?: string;
    readonly platform?: Platform;
  }[];
}

/** Attestations, which are of no platform, are left out; of two manifests for one the engine takes the first. */
function platformsOf({ manifests = [] }: Index): Readonly<Record<string, string>> {
  const pairs = manifests.flatMap(({ digest, platform }) => {
    const name = printPlatform(platform);
    return name !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? [[name, digest] as const] : [];
  });
  return Object.fromEntries(pairs.toReversed());
}

async function platformOf(registry: Registry, manifest: RegistryDocument): Promise<string | undefined> {
  const { config } = manifest.content as { readonly config?: { readonly digest?: string } };
  if (config?.digest === undefined) return undefined;
  const { content } = await registry.read(`blobs/${config.digest}`, "*/*");
  return printPlatform(content as Platform);
}

/** As engines write it: `linux/amd64`, `linux/arm64`, `linux/arm/v7`. */
function printPlatform({ os, architecture, variant }: Platform = {}): string | undefined {
  if (os !== "linux" || !architecture || architecture === "unknown") return undefined;
  const isUsual = variant === undefined || variant === "" || (architecture === "arm64" && variant === "v8");
  return `linux/${architecture}${isUsual ? "" : `/${variant}`}`;
}
