/** The writable layer of a container: what it holds, and an image of it. */
import type { CommitOptions, LayerChange } from "../containers.ts";
import type { Connection } from "./connection.ts";
import { containerCall, requestUnless } from "./container-call.ts";
import { type ImageConfig, loadConfig } from "./image-config.ts";
import { engineInfo } from "./info.ts";
import { splitTag } from "./transfer.ts";

/** Docker's numbers for what happened to a path. */
const added = 1;
const deleted = 2;

export async function layerChanges(connection: Connection, id: string): Promise<readonly LayerChange[]> {
  const call = containerCall(id, { method: "GET", suffix: "/changes", action: "list the changes of" });
  const changes = (await connection.requestJson(call)) as
    | readonly { readonly Path: string; readonly Kind: number }[]
    | null;
  return (changes ?? [])
    .filter(({ Kind }) => Kind !== deleted)
    .map(({ Path, Kind }) => ({ path: Path, isNew: Kind === added }));
}

/**
 * The engine merges the container's own config into the image's, and Docker keeps all of it a second time as
 * `ContainerConfig`. Where the engine takes a config for layers that it has, the image gets a clean one.
 */
export async function commitContainer(connection: Connection, id: string, options: CommitOptions): Promise<void> {
  const { tag, labels } = options;
  const container = (await connection.requestJson(
    containerCall(id, { method: "GET", suffix: "/json", action: "inspect" }),
  )) as InspectedContainer;
  const base = (await inspectImage(connection, container.Image)).Config ?? {};
  const config = { ...base, Labels: { ...base.Labels, ...labels } };
  const { product, store } = await engineInfo(connection);
  if (product !== "docker" || store === "containerd") {
    await commit(connection, id, { options, tag, config: covering(config, container.Config) });
    return;
  }
  const draft = await commit(connection, id, { options, config });
  try {
    await loadConfig(connection, { tag, image: await inspectImage(connection, draft), config });
  } finally {
    await removeDraft(connection, draft);
  }
}

interface CommitCall {
  readonly options: CommitOptions;
  readonly tag?: string;
  readonly config: ImageConfig;
}

async function commit(connection: Connection, id: string, { options, tag, config }: CommitCall): Promise<string> {
  const named = tag === undefined ? undefined : splitTag(tag);
  const { Id } = (await connection.requestJson({
    method: "POST",
    path: "/commit",
    query: { container: id, repo: named?.repository, tag: named?.tag, pause: options.pause },
    json: config,
    action: `commit container \`${id}\``,
  })) as { readonly Id: string };
  return Id;
}

/** Variables that Podman sets by itself; none tells of the host, and an empty home is a broken one. */
const engineVariables: ReadonlySet<string> = new Set(["HOME", "HOSTNAME", "TERM", "container"]);

/** What the container has over its image: labels cannot be taken away, a variable without `=` is unset, by Podman empty. */
function covering(config: ImageConfig, container: ImageConfig): ImageConfig {
  const names = new Set(config.Env?.map(nameOf));
  const extra = (container.Env ?? []).map(nameOf).filter((name) => !names.has(name) && !engineVariables.has(name));
  const blank = Object.fromEntries(Object.keys(container.Labels ?? {}).map((name) => [name, ""]));
  return {
    ...config,
    User: config.User || "root",
    Env: [...(config.Env ?? []), ...extra],
    Labels: { ...blank, ...config.Labels },
  };
}

function nameOf(variable: string): string {
  return variable.split("=")[0] ?? variable;
}

async function inspectImage(connection: Connection, id: string): Promise<InspectedImage> {
  const call = { method: "GET", path: `/images/${encodeURI(id)}/json`, action: `inspect image \`${id}\`` } as const;
  return (await connection.requestJson(call)) as InspectedImage;
}

/** Its layers stay: they are those of the image with the clean config. */
async function removeDraft(connection: Connection, id: string): Promise<void> {
  const action = `remove image \`${id}\``;
  await requestUnless([404, 409], connection, { method: "DELETE", path: `/images/${encodeURI(id)}`, action });
}

interface InspectedContainer {
  /** Id of its image. */
  readonly Image: string;
  readonly Config: ImageConfig;
}

interface InspectedImage {
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly Created: string;
  readonly Config?: ImageConfig | null;
  readonly RootFS: { readonly Layers: readonly string[] };
}
