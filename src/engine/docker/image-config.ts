/** Another config for the layers of an image. */
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { canonicalJson, sha256 } from "../../digest.ts";
import type { Connection, EngineCall } from "./connection.ts";
import { streamLines } from "./transfer.ts";

/** What containers of an image start with, as the engine writes it. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly [key: string]: unknown;
}

export interface ConfigLoad {
  /** Repository and tag of the new image. */
  readonly tag: string;
  readonly image: {
    readonly Architecture: string;
    readonly Variant?: string;
    readonly Os: string;
    readonly Created: string;
    readonly RootFS: { readonly Layers: readonly string[] };
  };
  readonly config: ImageConfig;
}

/** Load an image that is a config alone: the engine has the layers, and looks no further when it knows their digests. */
export async function loadConfig(connection: Connection, { tag, image, config }: ConfigLoad): Promise<void> {
  const { Architecture, Variant, Os, Created, RootFS } = image;
  const document = canonicalJson({
    architecture: Architecture,
    variant: Variant || undefined,
    os: Os,
    created: Created,
    config,
    rootfs: { type: "layers", diff_ids: RootFS.Layers },
    history: RootFS.Layers.map(() => ({ created: Created })),
  });
  const file = `${sha256(document)}.json`;
  const layers = RootFS.Layers.map((digest) => `${digest.replace("sha256:", "")}/layer.tar`);
  const tar = pack();
  tar.entry({ name: file }, document);
  tar.entry({ name: "manifest.json" }, JSON.stringify([{ Config: file, RepoTags: [tag], Layers: layers }]));
  tar.finalize();
  const call: EngineCall = {
    method: "POST",
    path: "/images/load",
    query: { quiet: true },
    headers: { "Content-Type": "application/x-tar" },
    body: await buffer(tar),
    action: `load image \`${tag}\``,
  };
  for await (const _line of streamLines(connection, call));
}
