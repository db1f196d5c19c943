import { digestOf } from "../digest.ts";
import { comparePaths } from "../host/path-order.ts";
import type { EnvironmentSpec, LayerSpec } from "../spec/spec.ts";
import { baseImageTag, countedBase, countedPin } from "./base-image.ts";
import { buildEntries, recipeVersion } from "./build-entries.ts";
import { copyEntries } from "./copy-layer.ts";
import { countedInstructions, renderDockerfile } from "./dockerfile.ts";
import { imageFacts } from "./image-facts.ts";
import type { ImagePlanInput, LayerSource } from "./image-input.ts";
import { environmentLabel, fingerprintLabel, projectLabel } from "./labels.ts";
import type { LayerPlaces } from "./layer-instructions.ts";
import { countedPackages, type PackageFolder, packageFolder } from "./packages.ts";
import type { ArchiveFile, ContextEntry, ImagePlan, Inputs } from "./plan.ts";

/** The image of an environment, fingerprint and tag included; nothing has to be built to know them. */
export function planImage(input: ImagePlanInput): ImagePlan {
  const { project, environment, platform, base, sources } = input;
  const { image } = environment;
  const places = layerPlaces(input);
  const counted = countedInputs(input, places);
  const fingerprint = digestOf({ format: recipeVersion, inputs: counted });
  const baseTag = base?.tag ?? baseImageTag(image.from, platform, input.basePin);
  const baseSteps = base?.steps ?? 0;
  const { text, origins, steps } = renderDockerfile({
    image,
    from: baseTag,
    baseUser: base?.user,
    baseSteps,
    ...places,
  });
  return {
    environment: environment.name,
    key: image.key,
    base: image.from,
    baseTag,
    basePin: input.basePin,
    platform,
    dockerfile: text,
    origins,
    steps,
    context: mergeEntries([
      ...buildEntries(),
      ...image.layers.flatMap((layer, index) => contextOf(layer, sources[index])),
    ]),
    archives: image.layers.flatMap((layer, index) => archiveFile(layer, sources[index])),
    packages: image.layers.flatMap((layer, index) => packagesOf(layer, sources[index])),
    user: image.user ?? base?.user,
    secrets: environment.secrets.filter(({ name }) => usedSecrets(image).includes(name)),
    fingerprint,
    tag: `localhost/${project}/${environment.name}:${fingerprint}`,
    labels: { [projectLabel]: project, [environmentLabel]: environment.name, [fingerprintLabel]: fingerprint },
    inputs: Object.fromEntries(Object.entries(counted).map(([key, digest]) => [key, digest.slice(0, 12)])),
    facts: imageFacts(input),
  };
}

function layerPlaces({ environment, sources }: ImagePlanInput): LayerPlaces {
  const sourceOf = (layer: LayerSpec) => sources[environment.image.layers.indexOf(layer)];
  return {
    archivePath: (layer) => archiveContextPath(layer, sourceOf(layer)),
    lockedPackages: (layer) => {
      const source = sourceOf(layer);
      return source?.kind === "packages" ? source.packages : undefined;
    },
  };
}

function usedSecrets({ layers }: EnvironmentSpec["image"]): readonly string[] {
  return layers.flatMap((layer) => (layer.kind === "run" ? layer.secrets.map(({ name }) => name) : []));
}

/** Each input that counts, by its place in the image, as a sha256. */
function countedInputs(input: ImagePlanInput, places: LayerPlaces): Inputs {
  const { environment, sources, platform, base } = input;
  const { image } = environment;
  const layers = new Map<string, unknown[]>();
  image.layers.forEach((layer, index) => {
    const place = layer.key.slice(image.key.length + 1);
    const parts = layers.get(place) ?? [];
    layers.set(place, [...parts, countedInstructions(layer, places), countedSource(sources[index])]);
  });
  return Object.fromEntries([
    ["from", digestOf(countedBase(image.from, platform, base))],
    ...(input.basePin === undefined ? [] : [["from (locked)", digestOf(countedPin(input.basePin))]]),
    ["platform", digestOf(platform)],
    ...(image.user === undefined ? [] : [["user", digestOf(image.user)]]),
    ...[...layers].map(([place, parts]) => [place, digestOf(parts)]),
  ]);
}

function countedSource(source: LayerSource): unknown {
  if (source?.kind === "packages") return countedPackages(source.packages);
  if (source?.kind !== "copy") return source?.sha256;
  return source.entries.map((entry) => {
    if (entry.kind === "folder") return [entry.path];
    return entry.kind === "link" ? [entry.path, entry.target] : [entry.path, entry.mode, entry.digest];
  });
}

function archiveContextPath(layer: LayerSpec, source: LayerSource): string {
  if (layer.kind !== "archive" || source?.kind !== "archive") throw new Error(`no archive was read for ${layer.key}`);
  return `.devenv/archives/${source.sha256}-${layer.strip}.tar`;
}

function archiveFile(layer: LayerSpec, source: LayerSource): ArchiveFile[] {
  if (layer.kind !== "archive" || source?.kind !== "archive") return [];
  const { key, strip } = layer;
  return [{ key, url: source.url, sha256: source.sha256, strip, path: archiveContextPath(layer, source) }];
}

function contextOf(layer: LayerSpec, source: LayerSource): readonly ContextEntry[] {
  return layer.kind === "copy" && source?.kind === "copy" ? copyEntries(layer, source.entries) : [];
}

function packagesOf(layer: LayerSpec, source: LayerSource): PackageFolder[] {
  if ((layer.kind !== "apt" && layer.kind !== "apk") || source?.kind !== "packages") return [];
  const { packages } = source;
  return [{ key: layer.key, manager: layer.kind, folder: packageFolder(packages), packages }];
}

/** Several layers may name the same path; the context holds it once. */
function mergeEntries(entries: readonly ContextEntry[]): readonly ContextEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return [...byPath.values()].sort((a, b) => comparePaths(a.path, b.path));
}
