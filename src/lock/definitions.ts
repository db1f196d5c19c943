/** What the places of an image say beside what has to be pinned: a lock notes it, so that it can tell what changed since. */
import { digestOf } from "../digest.ts";
import type { EnvironmentSpec, LayerSpec } from "../spec/spec.ts";

/** One place of an environment, in one line. */
export interface Definition {
  /** `image.layers[1]`, `image.user`. */
  readonly place: string;
  readonly text: string;
}

/** Place that is noted in every lock that notes definitions at all. */
export const layersPlace = "image.layers";

export function definitionsOf({ key, image }: EnvironmentSpec): readonly Definition[] {
  const { from, layers, user } = image;
  const below: readonly Definition[] =
    from.kind === "environment" ? [{ place: "image.from", text: `environment(${from.environment})` }] : [];
  const own = layers.flatMap((layer): readonly Definition[] => {
    const text = layerText(layer);
    return text === undefined ? [] : [{ place: key === "" ? layer.key : layer.key.slice(key.length + 1), text }];
  });
  const count: Definition = { place: layersPlace, text: layers.length === 1 ? "1 layer" : `${layers.length} layers` };
  return [...below, ...own, count, ...(user === undefined ? [] : [{ place: "image.user", text: user }])];
}

/**
 * Undefined for layers that say nothing but what is pinned. A lock is committed and read by many: of commands and
 * values, which may hold what is private, it has a digest alone.
 */
function layerText(layer: LayerSpec): string | undefined {
  switch (layer.kind) {
    case "apt":
    case "apk":
      return undefined;
    case "archive":
      return layer.strip === 0 ? `to ${layer.to}` : `to ${layer.to}, strip ${layer.strip}`;
    case "copy": {
      const options = [layer.owner, layer.mode].filter((option) => option !== undefined);
      return `copy(${[...layer.from, layer.to, ...options].join(", ")})`;
    }
    case "run": {
      const { command, cache, secrets, env, workdir, network } = layer;
      return `run ${short({ command, cache, secrets, env, workdir, network })}`;
    }
    case "env":
      return `env(${Object.keys(layer.env).sort().join(", ")}) ${short(layer.env)}`;
    case "dockerfile":
      return `dockerfile ${short(layer.text)}`;
  }
}

function short(value: unknown): string {
  return digestOf(value).slice(0, 12);
}
