/** An image as the OCI describes it: config, manifest and layers by their digests, each the same for the same image. */
import { canonicalJson, sha256 } from "../../digest.ts";
import type { FileBlob } from "./spool.ts";

/** Bytes that an image consists of, by their digest. */
export type Blob = FileBlob | TextBlob;

export interface TextBlob {
  readonly text: string;
  readonly size: number;
  /** `sha256:…` over the text. */
  readonly digest: string;
}

export interface OciImage {
  /** Its digest is that of the image. */
  readonly manifest: TextBlob;
  /** Its digest is the id that Docker gives the image. */
  readonly config: TextBlob;
  /** Uncompressed tars, base first. */
  readonly layers: readonly FileBlob[];
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";

export function ociImage(config: object, layers: readonly FileBlob[]): OciImage {
  const configBlob = textBlob(config);
  const manifest = textBlob({
    schemaVersion: 2,
    mediaType: manifestType,
    config: describe(configType, configBlob),
    layers: layers.map((layer) => describe(layerType, layer)),
  });
  return { manifest, config: configBlob, layers };
}

export function textBlob(value: object): TextBlob {
  const text = canonicalJson(value);
  return { text, size: Buffer.byteLength(text), digest: `sha256:${sha256(text)}` };
}

export function describe(mediaType: string, { digest, size }: Blob) {
  return { mediaType, digest, size };
}
