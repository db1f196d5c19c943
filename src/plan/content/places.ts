/** Which place in the config made which layers of an image. */
import type { SavedConfig } from "../../host/saved-image/entry.ts";
import { keysOf, originAt } from "../origins.ts";
import type { ImagePlan } from "../plan.ts";
import { dockerfileSteps } from "../steps.ts";

/** What the history of an image in canonical form says of a layer: its full config key. */
export function creatorOf(key: string): string {
  return `devenv ${key}`;
}

/** And of a layer of its base. */
export const baseCreator = "base";

/** How many layers an image in canonical form has below those of an environment; undefined for other images. */
export function toldBaseLayers({ key }: Pick<ImagePlan, "key">, { history = [] }: SavedConfig): number | undefined {
  const isOther = ({ created_by: by = "" }: { readonly created_by?: string }) => !by.startsWith(creatorOf(`${key}.`));
  const base = history.findLastIndex(isOther) + 1;
  return base === history.length ? undefined : base;
}

/** The config with the history of so many layers only. */
export function configUpTo({ history = [], ...config }: SavedConfig, layers: number): SavedConfig {
  return { ...config, history: history.filter(({ empty_layer: isEmpty }) => isEmpty !== true).slice(0, layers) };
}

const separator = ", ";

function toldPlaces({ key }: PlacedImage, count: number, { history = [] }: SavedConfig): readonly string[] | undefined {
  const prefix = creatorOf(`${key}.`);
  const creators = history.slice(-count).map(({ created_by: by = "" }) => by);
  if (count === 0 || !creators.every((by) => by.startsWith(prefix))) return undefined;
  return creators.length === count ? creators.map((by) => by.slice(prefix.length)) : undefined;
}

export type PlacedImage = Pick<ImagePlan, "key" | "dockerfile" | "origins">;

/** The place of each layer above the base, in their order: `from`, `layers[0]`, `layers[1], layers[2]`, `user`. */
export function layerPlaces(image: PlacedImage, count: number, config: SavedConfig): readonly string[] {
  const told = toldPlaces(image, count, config);
  if (told !== undefined) return told;
  const { history = [] } = config;
  const steps = dockerfileSteps(image.dockerfile).filter(({ instruction }) => verbOf(instruction) !== "FROM");
  const places = steps.map(({ line }) => placeOf(image, line));
  if (steps.length === count) return places;
  // raw lines can hold instructions that make no layer, or more than one
  const verbs = history
    .filter(({ empty_layer: isEmpty }) => isEmpty !== true)
    .map(({ created_by: by = "" }) => verbOf(by));
  let next = 0;
  const found = verbs.slice(-count).map((verb) => {
    const step = steps.findIndex(({ instruction }, index) => index >= next && verbOf(instruction) === verb);
    if (step >= 0) next = step + 1;
    return places[Math.max(next - 1, 0)];
  });
  return Array.from({ length: count }, (_, index) => found[index] ?? places.at(-1) ?? "from");
}

/** Several layers of the config may be one of the image: `layers[1], layers[2]`. */
function joinPlaces(places: readonly string[]): string {
  return places.join(separator);
}

/** Full config keys of a place in the image: `image.layers[1]`, `image.layers[2]`. */
export function keysAt({ key }: Pick<ImagePlan, "key">, place: string): readonly string[] {
  return place.split(separator).map((one) => `${key}.${one}`);
}

function verbOf(instruction: string): string {
  return (instruction.split(/\s/, 1)[0] ?? "").toUpperCase();
}

function placeOf({ key, origins }: PlacedImage, line: number): string {
  const origin = originAt(origins, line);
  return origin === undefined ? "from" : joinPlaces(keysOf(origin).map((full) => full.slice(key.length + 1)));
}
