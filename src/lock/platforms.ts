/** For which platforms beside that of its image an environment is locked, and what it asks for there. */
import { fixedPlatform } from "../spec/fixed-platform.ts";
import type { EnvironmentSpec, LayerSpec, Spec } from "../spec/spec.ts";
import { joinRequests } from "./check.ts";
import { definitionsOf } from "./definitions.ts";
import type { Lockfile } from "./lockfile.ts";
import { type PinRequest, pinRequests, rootBaseKey } from "./requests.ts";

/**
 * Platforms that an environment has pins for which were made for that platform alone: packages, a base of packages.
 * One that says its platform has no others.
 */
export function lockedPlatforms(spec: Spec, lockfile: Lockfile, environment: EnvironmentSpec): readonly string[] {
  if (fixedPlatform(spec, environment) !== undefined) return [];
  const baseKey = rootBaseKey(spec, environment);
  const bases = Object.entries(lockfile.bases[baseKey]?.platforms ?? {});
  const own = bases.flatMap(([platform, pin]) => ("packages" in pin ? [platform] : []));
  const sets = Object.entries(lockfile.packages[baseKey] ?? {}).filter(([, chains]) => Object.keys(chains).length > 0);
  return [...new Set([...own, ...sets.map(([platform]) => platform)])].sort();
}

/** Platforms that a request has a pin for; an archive's is for whoever has the address. */
export function pinnedPlatforms(lockfile: Lockfile, request: PinRequest): readonly string[] {
  if (request.kind === "archive") return [];
  if (request.kind === "base") return Object.keys(lockfile.bases[request.baseKey]?.platforms ?? {}).sort();
  const sets = Object.entries(lockfile.packages[request.baseKey] ?? {});
  return sets.flatMap(([platform, chains]) => (request.chain in chains ? [platform] : [])).sort();
}

/** Platforms that the config has an own address for, of any archive of an environment. */
export function archivePlatforms(spec: Spec, environment: EnvironmentSpec): readonly string[] {
  const fixed = fixedPlatform(spec, environment);
  const all = environment.image.layers.flatMap(addressPlatforms);
  return fixed === undefined ? [...new Set(all)].sort() : [];
}

function addressPlatforms(layer: LayerSpec): readonly string[] {
  return layer.kind === "archive" && typeof layer.url === "object" ? Object.keys(layer.url) : [];
}

/**
 * What each place of an environment says, on every platform that it may be built for: the same on every machine.
 * An address for one platform alone says for which.
 */
export function notedTexts(
  spec: Spec,
  environment: EnvironmentSpec,
  platform: string,
): Readonly<Record<string, string>> {
  const texts = new Map<string, readonly string[]>();
  for (const { place, text } of [...notedRequests(spec, environment, platform), ...definitionsOf(environment)]) {
    texts.set(place, [...(texts.get(place) ?? []), text]);
  }
  return Object.fromEntries([...texts].map(([place, some]) => [place, joinRequests(some)]));
}

function notedRequests(
  spec: Spec,
  environment: EnvironmentSpec,
  platform: string,
): readonly Pick<PinRequest, "place" | "text">[] {
  const others = archivePlatforms(spec, environment);
  if (others.length === 0) return pinRequests(spec, environment, platform);
  const noted = new Map<string, Pick<PinRequest, "place" | "text">>();
  for (const one of others) {
    for (const request of pinRequests(spec, environment, one)) {
      const isOfOne = request.kind === "archive" && addressPlatforms(layerOf(environment, request)).length > 0;
      const { place } = request;
      const text = isOfOne ? `${request.text} (${one})` : request.text;
      noted.set(`${place}\0${text}`, { place, text });
    }
  }
  return [...noted.values()];
}

function layerOf({ image }: EnvironmentSpec, { layer }: PinRequest & { readonly kind: "archive" }): LayerSpec {
  const found = image.layers[layer];
  if (found === undefined) throw new Error(`there is no layer ${layer}`);
  return found;
}
