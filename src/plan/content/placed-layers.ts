import type { LayerEntry, SavedImage } from "../../host/saved-image/entry.ts";
import { configUpTo, layerPlaces, type PlacedImage } from "./places.ts";

/** What one place in the config added, as the engine's layers have it; `from` comes first, maybe without any. */
export interface PlacedLayers {
  /** Place in the image: `from`, `layers[0]`, `user`; `layers[1], layers[2]` for what one step made of both. */
  readonly key: string;
  readonly layers: readonly (readonly LayerEntry[])[];
}

/** The layers of an image from one to before another, by place. */
export function placedLayers(
  image: PlacedImage,
  saved: SavedImage,
  { from, to = saved.layers.length }: { readonly from: number; readonly to?: number },
): readonly PlacedLayers[] {
  const places = layerPlaces(image, to - from, configUpTo(saved.config, to));
  return [...new Set(["from", ...places])].map((key) => ({
    key,
    layers: saved.layers.slice(from, to).flatMap(({ entries }, index) => (places[index] === key ? [entries] : [])),
  }));
}
