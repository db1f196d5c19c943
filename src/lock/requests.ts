/** What the config asks to be pinned, in the order in which it can be. */
import { redactUrl } from "../host/redact-url.ts";
import type { BootstrapBase, EnvironmentSpec, LayerSpec, ReferenceBase, Spec } from "../spec/spec.ts";

export type PinRequest = BaseRequest | PackagesRequest | ArchiveRequest;

interface Request {
  /** Config key: `environments.dev.image.layers[1]`. */
  readonly key: string;
  /** Its place in the environment: `image.layers[1]`. */
  readonly place: string;
  /** What is asked for, in one line. */
  readonly text: string;
}

export interface BaseRequest extends Request {
  readonly kind: "base";
  readonly base: ReferenceBase | BootstrapBase;
  /** Key of the base in the lock. */
  readonly baseKey: string;
}

export interface PackagesRequest extends Request {
  readonly kind: "packages";
  readonly manager: "apt" | "apk";
  readonly packages: readonly string[];
  readonly baseKey: string;
  /** Key of the set in the lock. */
  readonly chain: string;
  /** Index of its layer in the environment's image. */
  readonly layer: number;
}

export interface ArchiveRequest extends Request {
  readonly kind: "archive";
  /** As in the config, for the platform. */
  readonly url: string;
  /** As in the config; undefined: whatever is received. */
  readonly sha256: string | undefined;
  /** Key of the archive in the lock. */
  readonly archiveKey: string;
  readonly layer: number;
}

/** What an environment asks for by itself: what its base environment asks for is not among it. */
export function pinRequests(spec: Spec, environment: EnvironmentSpec, platform: string): readonly PinRequest[] {
  const { image } = environment;
  const root = rootOf(spec, environment);
  const baseKey = baseKeyOf(root.base);
  const chain = [...root.chain];
  const own = image.from.kind === "environment" ? [] : [baseRequest(environment, image.from, baseKey)];
  const layers = image.layers.map((layer, index): PinRequest | undefined => {
    const place = placeOf(environment, layer.key);
    if (layer.kind === "archive") return archiveRequest(layer, { place, index, platform });
    if (layer.kind !== "apt" && layer.kind !== "apk") return undefined;
    const text = packagesText(layer);
    chain.push(text);
    const { key, kind: manager, packages } = layer;
    return { kind: "packages", key, place, text, manager, packages, baseKey, chain: chain.join(" > "), layer: index };
  });
  return [...own, ...layers.filter((request) => request !== undefined)];
}

/** Key of a base in the lock; a mirror says nothing of what it is. */
export function baseKeyOf(base: ReferenceBase | BootstrapBase): string {
  if (base.kind === "reference") return base.reference;
  const { suite, variant, packages } = base;
  const extra = [...(variant === "minbase" ? [] : [variant]), ...packages];
  return `bootstrap(${[suite, ...extra].join(", ")})`;
}

/** Key of the base that an environment stands on in the end. */
export function rootBaseKey(spec: Spec, environment: EnvironmentSpec): string {
  return baseKeyOf(rootOf(spec, environment).base);
}

interface Root {
  readonly base: ReferenceBase | BootstrapBase;
  /** Package layers below the environment's own. */
  readonly chain: readonly string[];
}

function rootOf(spec: Spec, { image: { from }, name }: EnvironmentSpec): Root {
  if (from.kind !== "environment") return { base: from, chain: [] };
  const below = spec.environments.find((other) => other.name === from.environment);
  if (below === undefined) throw new Error(`environment ${name} has no base`);
  const { base, chain } = rootOf(spec, below);
  return { base, chain: [...chain, ...below.image.layers.flatMap(chainPart)] };
}

function chainPart(layer: LayerSpec): readonly string[] {
  return layer.kind === "apt" || layer.kind === "apk" ? [packagesText(layer)] : [];
}

function packagesText({ kind, packages }: { readonly kind: string; readonly packages: readonly string[] }): string {
  return `${kind}(${[...new Set(packages)].sort().join(", ")})`;
}

function baseRequest(environment: EnvironmentSpec, base: BaseRequest["base"], baseKey: string): BaseRequest {
  const key = `${environment.image.key}.from`;
  return { kind: "base", key, place: placeOf(environment, key), text: baseKey, base, baseKey };
}

interface ArchivePlace {
  readonly place: string;
  readonly index: number;
  readonly platform: string;
}

/** Undefined where the config has no address for the platform: reading the layer says so. */
function archiveRequest(
  layer: LayerSpec & { readonly kind: "archive" },
  { place, index, platform }: ArchivePlace,
): ArchiveRequest | undefined {
  const url = forPlatform(layer.url, platform);
  if (url === undefined) return undefined;
  const sha256 = forPlatform(layer.sha256, platform)?.toLowerCase();
  const archiveKey = redactUrl(url);
  const text = sha256 === undefined ? archiveKey : `${archiveKey} sha256:${sha256}`;
  return { kind: "archive", key: layer.key, place, text, url, sha256, archiveKey, layer: index };
}

export function forPlatform(
  value: string | Readonly<Record<string, string>> | undefined,
  platform: string,
): string | undefined {
  return typeof value === "object" ? value[platform] : value;
}

function placeOf({ key }: EnvironmentSpec, full: string): string {
  return key === "" ? full : full.slice(key.length + 1);
}
