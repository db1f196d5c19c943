import { redactUrl } from "../host/redact-url.ts";
import type { Spec } from "../spec/spec.ts";

/** Keys of the archives that the config asks for on any platform. */
export function requestedArchives({ environments }: Spec): ReadonlySet<string> {
  const layers = environments.flatMap(({ image }) => image.layers);
  const urls = layers.flatMap((layer) => {
    if (layer.kind !== "archive") return [];
    return typeof layer.url === "string" ? [layer.url] : Object.values(layer.url);
  });
  return new Set(urls.map(redactUrl));
}
