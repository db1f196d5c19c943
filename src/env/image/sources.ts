import { devenvError } from "../../errors.ts";
import { readIgnore } from "../../host/ignore.ts";
import { collectCopySources } from "../../host/walk.ts";
import { archivePin, packageSet } from "../../lock/check.ts";
import type { Lockfile } from "../../lock/lockfile.ts";
import type { PinRequest } from "../../lock/requests.ts";
import type { LayerSource } from "../../plan/image-input.ts";
import type { ArchiveLayer, EnvironmentSpec, LayerSpec } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";
import { archiveDigest } from "./archives.ts";
import { keptOut } from "./kept-out.ts";

export interface SourcesOptions {
  readonly environment: EnvironmentSpec;
  readonly platform: string;
  readonly lockfile: Lockfile;
  /** Of this environment. */
  readonly requests: readonly PinRequest[];
}

/** Read what the layers of an environment take from outside the config: files to copy, what archives and packages are locked to. */
export async function readSources(context: OperationContext, options: SourcesOptions): Promise<readonly LayerSource[]> {
  const sources: LayerSource[] = [];
  for (const [index, layer] of options.environment.image.layers.entries())
    sources.push(await readSource(context, { ...options, layer, index }));
  return sources;
}

interface LayerPlace extends SourcesOptions {
  readonly layer: LayerSpec;
  readonly index: number;
}

async function readSource(context: OperationContext, place: LayerPlace): Promise<LayerSource> {
  const { layer, lockfile, requests, index, platform } = place;
  if (layer.kind === "copy") {
    const { root } = context.spec;
    const ignore = await readIgnore(root);
    const left = await keptOut(context);
    const options = { root, sources: layer.from, ignore, key: layer.key, keptOut: left };
    return { kind: "copy", entries: await collectCopySources(options) };
  }
  const request = requests.find((one) => one.kind !== "base" && one.layer === index);
  if (layer.kind === "archive") return readArchive(context, layer, { ...place, request });
  if (request?.kind !== "packages") return undefined;
  const packages = packageSet(lockfile, request, platform);
  return packages === undefined ? undefined : { kind: "packages", packages };
}

async function readArchive(
  context: OperationContext,
  layer: ArchiveLayer & { readonly key: string },
  { environment, platform, lockfile, request }: LayerPlace & { readonly request: PinRequest | undefined },
): Promise<LayerSource> {
  if (request?.kind !== "archive") {
    throw devenvError("ARCHIVE_PLATFORM_MISSING", { key: layer.key, platform, known: Object.keys(layer.url) });
  }
  const { url } = request;
  const locked = archivePin(lockfile, request)?.sha256 ?? request.sha256;
  const wanted = { environment: environment.name, url, sha256: locked, key: layer.key };
  return { kind: "archive", url, sha256: await archiveDigest(context, wanted) };
}
