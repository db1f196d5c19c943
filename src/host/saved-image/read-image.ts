import { posix } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import type { SavedConfig, SavedImage } from "./entry.ts";
import { type Blob, type LayerReader, readBlob } from "./read-blob.ts";
import { readLayer } from "./read-layer.ts";
import type { Spool } from "./spool.ts";

export interface ReadImageOptions {
  /** Where the layers are put while they pass. */
  readonly spool?: Spool | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Read an image that an engine saves, while it comes: the layout of Docker's archive and that of OCI, layers
 * in any order, each plain, gzip or zstd. Throws plain errors for what is damaged or cut short.
 */
export async function readSavedImage(tar: Readable, { spool, signal }: ReadImageOptions = {}): Promise<SavedImage> {
  const { config, layers } = await readImageWith(tar, (layer) => readLayer(layer, spool), signal);
  const diffIds = config.rootfs?.diff_ids ?? [];
  return { config, layers: layers.map((layer, index) => ({ diffId: diffIds[index] ?? "", ...layer })) };
}

/** The same for what somebody makes of its layers, base first. */
export async function readImageWith<Layer>(
  tar: Readable,
  readOne: LayerReader<Layer>,
  signal?: AbortSignal,
): Promise<{ readonly config: SavedConfig; readonly layers: readonly Layer[] }> {
  const blobs = await readBlobs(tar, readOne, signal);
  const { config: configPath, layers: layerPaths } = findManifest(blobs);
  const config = jsonAt(blobs, configPath) as SavedConfig;
  const diffIds = config.rootfs?.diff_ids ?? [];
  if (diffIds.length !== layerPaths.length) throw new Error("its config has another number of layers than it");
  return { config, layers: layerPaths.map((path) => layerAt(blobs, path)) };
}

/** By path; a link to another one stands for it. */
type Blobs<Layer> = ReadonlyMap<string, Blob<Layer> | { readonly kind: "link"; readonly path: string }>;

async function readBlobs<Layer>(
  tar: Readable,
  readOne: LayerReader<Layer>,
  signal?: AbortSignal,
): Promise<Blobs<Layer>> {
  const blobs = new Map<string, Blob<Layer> | { readonly kind: "link"; readonly path: string }>();
  for await (const entry of tarEntries(tar, signal)) {
    const { name, type, size = 0, linkname } = entry.header;
    const path = posix.normalize(name);
    if (type === "symlink" || type === "link") {
      const target = type === "link" ? (linkname ?? "") : posix.join(posix.dirname(path), linkname ?? "");
      blobs.set(path, { kind: "link", path: posix.normalize(target) });
    } else if (type === "file") blobs.set(path, await readBlob(entry, size, readOne));
  }
  signal?.throwIfAborted();
  return blobs;
}

/** As the library gives it, whose types do not know what the content is. */
interface TarEntry extends AsyncIterable<Uint8Array> {
  readonly header: Header;
}

/** Entries of the outer tar, each with its content; failures of the tar end the loop. */
async function* tarEntries(tar: Readable, signal?: AbortSignal): AsyncGenerator<TarEntry> {
  const reader = extract();
  // Its failure also ends the loop over the reader, which reports it.
  const fed = pipeline(tar, reader, { signal }).catch(() => undefined);
  try {
    for await (const entry of reader) {
      yield entry as unknown as TarEntry;
      entry.resume();
    }
  } finally {
    reader.destroy();
    await fed;
  }
}

interface ManifestPaths {
  readonly config: string;
  readonly layers: readonly string[];
}

function findManifest(blobs: Blobs<unknown>): ManifestPaths {
  const [manifest] = (jsonAt(blobs, "manifest.json", true) ?? []) as readonly DockerManifest[];
  if (manifest !== undefined) return { config: manifest.Config, layers: manifest.Layers ?? [] };
  const found = ociManifest(blobs, jsonAt(blobs, "index.json") as OciIndex);
  if (found === undefined) throw new Error("it has no manifest");
  return { config: blobPath(found.config.digest), layers: found.layers.map(({ digest }) => blobPath(digest)) };
}

/** The first whose blobs are there: an index also names those of other platforms. */
function ociManifest(blobs: Blobs<unknown>, index: OciIndex): OciManifest | undefined {
  for (const { digest } of index.manifests ?? []) {
    const value = jsonAt(blobs, blobPath(digest), true) as (OciManifest & OciIndex) | undefined;
    if (value?.manifests !== undefined) {
      const found = ociManifest(blobs, value);
      if (found !== undefined) return found;
    } else if (value?.layers.every(({ digest: id }) => blobs.get(blobPath(id))?.kind === "layer")) return value;
  }
  return undefined;
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function jsonAt(blobs: Blobs<unknown>, path: string, isOptional = false): unknown {
  const blob = resolve(blobs, path);
  if (blob?.kind === "json") return blob.value;
  if (isOptional) return undefined;
  throw new Error(`it lacks \`${path}\``);
}

function layerAt<Layer>(blobs: Blobs<Layer>, path: string): Layer {
  const blob = resolve(blobs, path);
  if (blob?.kind === "layer") return blob.layer;
  throw new Error(`it lacks \`${path}\``);
}

function resolve<Layer>(blobs: Blobs<Layer>, path: string): Blob<Layer> | undefined {
  let blob = blobs.get(posix.normalize(path));
  for (let hops = 0; blob?.kind === "link" && hops < blobs.size; hops++) blob = blobs.get(blob.path);
  return blob?.kind === "link" ? undefined : blob;
}

interface DockerManifest {
  readonly Config: string;
  readonly Layers?: readonly string[] | null;
}

interface OciIndex {
  readonly manifests?: readonly { readonly digest: string }[];
}

interface OciManifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}
