import { createReadStream } from "node:fs";
import { type Blob, describe, manifestType, type OciImage, type TextBlob, textBlob } from "./oci-image.ts";
import { paddingOf } from "./tar-format.ts";
import { printHeader, tarEnd } from "./write-header.ts";

export interface NamedImage {
  readonly image: OciImage;
  /** `NAME:TAG`, which it gets where it is loaded. */
  readonly reference: string;
}

/**
 * The archive of an image, the same bytes for the same image: an OCI layout, which has the `manifest.json`
 * of Docker's older archives too, so that every engine loads it.
 */
export async function* imageArchive({ image, reference }: NamedImage): AsyncGenerator<Uint8Array> {
  const { config, manifest, layers } = image;
  for (const name of ["blobs/", "blobs/sha256/"]) yield printHeader(headerOf(name, 0));
  // layers may be equal, as those are that change nothing
  const blobs = new Map<string, Blob>([...layers, config, manifest].map((blob) => [blob.digest, blob]));
  for (const blob of blobs.values()) yield* file(blobPath(blob.digest), blob);
  yield* file("index.json", index(image, reference));
  yield* file("manifest.json", dockerManifest(image, reference));
  yield* file("oci-layout", textBlob({ imageLayoutVersion: "1.0.0" }));
  yield tarEnd;
}

function index({ manifest }: OciImage, reference: string): TextBlob {
  const tag = reference.slice(reference.lastIndexOf(":") + 1);
  const annotations = { "io.containerd.image.name": reference, "org.opencontainers.image.ref.name": tag };
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = [{ ...describe(manifestType, manifest), annotations }];
  return textBlob({ schemaVersion: 2, mediaType, manifests });
}

function dockerManifest({ config, layers }: OciImage, reference: string): TextBlob {
  const Layers = layers.map(({ digest }) => blobPath(digest));
  return textBlob([{ Config: blobPath(config.digest), RepoTags: [reference], Layers }]);
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

async function* file(name: string, blob: Blob): AsyncGenerator<Uint8Array> {
  yield printHeader(headerOf(name, blob.size));
  if ("text" in blob) yield Buffer.from(blob.text);
  else yield* createReadStream(blob.path, { highWaterMark: 1024 * 1024 });
  yield Buffer.alloc(paddingOf(blob.size));
}

function headerOf(name: string, size: number) {
  const [type, mode] = name.endsWith("/") ? (["5", 0o755] as const) : (["0", 0o644] as const);
  return { name, type, mode, uid: 0, gid: 0, size, linkname: "", device: [0, 0] as const };
}
