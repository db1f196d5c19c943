import { devenvError } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import type { BuildRequest, EngineImages, ImageInfo } from "../engine.ts";
import type { Connection } from "./connection.ts";
import { statusOf } from "./errors.ts";
import { labelFilter } from "./filters.ts";
import { importImage, pullImage, splitTag } from "./transfer.ts";
import { readVariables } from "./variables.ts";

export interface DockerImagesOptions {
  readonly connection: Connection;
  readonly host: Host;
  build(request: BuildRequest): Promise<void>;
}

export function dockerImages({ connection, host, build }: DockerImagesOptions): EngineImages {
  const inspect = (reference: string) => inspectImage(connection, reference);
  const tag = (source: string, target: string) => tagImage(connection, source, target);
  return {
    inspect,
    tag,
    build,
    save: (reference, options) =>
      connection.requestStream({
        method: "GET",
        path: `${imagePath(reference)}/get`,
        action: `save image \`${reference}\``,
        signal: options?.signal,
      }),
    pull: (reference, options) => pullImage(reference, { ...options, connection, host }),
    import: async (tar, options) => {
      const before = await inspect(options.tag);
      const id = await importImage(connection, tar, options).catch(async (error: unknown) => {
        // containerd's store keeps an image whose layer it could not unpack
        if (before === undefined) await removeImage(connection, options.tag).catch(() => undefined);
        throw error;
      });
      // Podman 4 imports without a name
      if (!(await inspect(options.tag))?.id.endsWith(id)) await tag(id, options.tag);
    },
    remove: (reference) => removeImage(connection, reference),
    list: (labels) => listImages(connection, labels),
  };
}

async function inspectImage(connection: Connection, reference: string): Promise<ImageInfo | undefined> {
  try {
    const image = (await connection.requestJson({
      method: "GET",
      path: `${imagePath(reference)}/json`,
      action: `inspect image \`${reference}\``,
    })) as InspectedImage;
    const variant = image.Architecture === "arm" && image.Variant ? `/${image.Variant}` : "";
    return {
      id: image.Id,
      tags: image.RepoTags ?? [],
      digests: image.RepoDigests ?? [],
      labels: image.Config?.Labels ?? {},
      size: image.Size,
      created: Math.floor(Date.parse(image.Created) / 1000) || 0,
      user: image.Config?.User ?? "",
      env: readVariables(image.Config?.Env ?? []),
      layers: image.RootFS?.Layers ?? [],
      platform: `${image.Os}/${image.Architecture}${variant}`,
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function tagImage(connection: Connection, source: string, target: string): Promise<void> {
  const { repository, tag } = splitTag(target);
  await connection.requestJson({
    method: "POST",
    path: `${imagePath(source)}/tag`,
    query: { repo: repository, tag },
    action: `tag image \`${source}\` as \`${target}\``,
  });
}

async function removeImage(connection: Connection, reference: string): Promise<void> {
  try {
    await connection.requestJson({
      method: "DELETE",
      path: imagePath(reference),
      action: `remove image \`${reference}\``,
    });
  } catch (error) {
    if (statusOf(error) === 404) return;
    throw statusOf(error) === 409 ? devenvError("IMAGE_IN_USE", { reference }, error) : error;
  }
}

async function listImages(connection: Connection, labels: Readonly<Record<string, string>>): Promise<ImageInfo[]> {
  const images = (await connection.requestJson({
    method: "GET",
    path: "/images/json",
    query: { filters: labelFilter(labels) },
    action: "list images",
  })) as ListedImage[];
  return images.map((image) => ({
    id: image.Id,
    tags: (image.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>"),
    digests: (image.RepoDigests ?? []).filter((digest) => digest !== "<none>@<none>"),
    labels: image.Labels ?? {},
    size: image.Size,
    created: image.Created,
    user: "",
    env: {},
    layers: [],
    platform: "",
  }));
}

/** Slashes, colons and the at sign of a reference stay as they are. */
function imagePath(reference: string): string {
  return `/images/${encodeURI(reference).replaceAll(/[?#]/g, encodeURIComponent)}`;
}

interface InspectedImage {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: {
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly User?: string;
    readonly Env?: readonly string[] | null;
  } | null;
  readonly Created: string;
  readonly Size: number;
  readonly RootFS?: { readonly Layers?: readonly string[] | null };
  readonly Os: string;
  readonly Architecture: string;
  readonly Variant?: string;
}

interface ListedImage extends Pick<InspectedImage, "Id" | "RepoTags" | "RepoDigests" | "Size"> {
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Created: number;
}
