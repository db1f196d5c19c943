import type { BootstrapBase as BootstrapConfig, ImageConfig, SecretConfig } from "../config/define.ts";
import type { Layer, LayerGroup } from "../config/layers.ts";
import { parseImageReference, printImageReference } from "./image-reference.ts";
import type { BaseSpec, BootstrapBase, ImageSpec, LayerSpec } from "./spec.ts";

/** An image as the config has it, its presets unfolded. */
export function resolveImage(key: string, config: string | ImageConfig, secrets: Secrets): ImageSpec {
  const image: ImageConfig = typeof config === "string" ? { from: config } : config;
  return {
    key,
    from: resolveBase(image.from),
    layers: (image.layers ?? []).flatMap((layer, index) => resolveLayers(`${key}.layers[${index}]`, layer, secrets)),
    user: image.user,
    platform: image.platform,
  };
}

function resolveBase(from: ImageConfig["from"]): BaseSpec {
  if (typeof from === "string") return { kind: "reference", reference: canonicalReference(from) };
  if ("environment" in from) return { kind: "environment", environment: from.environment };
  return resolveBootstrap(from);
}

/** Text that is no image reference is kept as it is: `checkRules` reports it. */
function canonicalReference(text: string): string {
  const reference = parseImageReference(text);
  return reference === undefined ? text : printImageReference(reference);
}

function resolveBootstrap(config: BootstrapConfig): BootstrapBase {
  return {
    kind: "bootstrap",
    suite: config.suite,
    packages: [...new Set(config.packages ?? [])].sort(),
    variant: config.variant ?? "minbase",
    mirror: config.mirror,
  };
}

type Secrets = Readonly<Record<string, SecretConfig>>;

function resolveLayers(key: string, layer: Layer | LayerGroup, secrets: Secrets): LayerSpec[] {
  if (isGroup(layer)) return layer.map((part) => resolveLayer(key, part, secrets));
  return [resolveLayer(key, layer, secrets)];
}

function isGroup(layer: Layer | LayerGroup): layer is LayerGroup {
  return Array.isArray(layer);
}

function resolveLayer(key: string, layer: Layer, secrets: Secrets): LayerSpec {
  switch (layer.kind) {
    case "archive":
      return { key, ...layer, sha256: layer.sha256, strip: layer.strip ?? 0 };
    case "copy":
      return { key, kind: "copy", from: toList(layer.from), to: layer.to, owner: layer.owner, mode: layer.mode };
    case "run":
      return {
        key,
        kind: "run",
        command: toList(layer.command).join(" && "),
        cache: layer.cache ?? [],
        secrets: (layer.secrets ?? []).map((name) => ({ name, asEnv: secrets[name]?.as === "env" })),
        env: layer.env ?? {},
        workdir: layer.workdir,
        network: layer.network ?? "default",
      };
    default:
      return { key, ...layer };
  }
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
