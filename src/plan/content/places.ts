/** Which place in the config made which layers of an image. */
import type { SavedConfig } from "../../host/saved-image/entry.ts";
import type { ImagePlan } from "../plan.ts";
import { dockerfileSteps } from "../steps.ts";

export type PlacedImage = Pick<ImagePlan, "key" | "dockerfile" | "origins">;

/** The place of each layer above the base, in their order: `from`, `layers[0]`, `user`. */
export function layerPlaces(image: PlacedImage, count: number, { history = [] }: SavedConfig): readonly string[] {
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

function verbOf(instruction: string): string {
  return (instruction.split(/\s/, 1)[0] ?? "").toUpperCase();
}

function placeOf({ key, origins }: PlacedImage, line: number): string {
  const origin = origins.find(({ from, to }) => from <= line && line <= to);
  return origin?.key.slice(key.length + 1) ?? "from";
}
