import { devenvError } from "../../errors.ts";
import { readIgnore } from "../../host/ignore.ts";
import { collectCopySources } from "../../host/walk.ts";
import type { LayerSource } from "../../plan/image.ts";
import type { ArchiveLayer, EnvironmentSpec, LayerSpec } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";
import { archiveDigest } from "./archives.ts";

/** Read what the layers of an environment take from outside the config: files to copy, digests of archives. */
export async function readSources(
  context: OperationContext,
  environment: EnvironmentSpec,
  platform: string,
): Promise<readonly LayerSource[]> {
  const sources: LayerSource[] = [];
  for (const layer of environment.image.layers)
    sources.push(await readSource(context, { environment, layer, platform }));
  return sources;
}

interface LayerPlace {
  readonly environment: EnvironmentSpec;
  readonly layer: LayerSpec;
  readonly platform: string;
}

async function readSource(context: OperationContext, place: LayerPlace): Promise<LayerSource> {
  const { layer } = place;
  if (layer.kind === "copy") {
    const { root } = context.spec;
    const ignore = await readIgnore(root);
    return { kind: "copy", entries: await collectCopySources({ root, sources: layer.from, ignore, key: layer.key }) };
  }
  if (layer.kind === "archive") return readArchive(context, layer, place);
  return undefined;
}

async function readArchive(
  context: OperationContext,
  layer: ArchiveLayer & { readonly key: string },
  { environment, platform }: LayerPlace,
): Promise<LayerSource> {
  const url = forPlatform(layer.url, platform);
  if (url === undefined) {
    throw devenvError("ARCHIVE_PLATFORM_MISSING", { key: layer.key, platform, known: Object.keys(layer.url) });
  }
  const sha256 = layer.sha256 === undefined ? undefined : forPlatform(layer.sha256, platform);
  const digest = await archiveDigest(context, { environment: environment.name, url, sha256, key: layer.key });
  return { kind: "archive", url, sha256: digest };
}

function forPlatform(value: string | Readonly<Record<string, string>>, platform: string): string | undefined {
  return typeof value === "string" ? value : value[platform];
}
