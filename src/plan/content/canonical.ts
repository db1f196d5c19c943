import type { LayerEntry, SavedImage } from "../../host/saved-image/entry.ts";
import { canonicalTime } from "../../host/saved-image/write-header.ts";
import type { ImagePlan } from "../plan.ts";
import { applyChanges } from "./changes.ts";
import { contentConfig } from "./config.ts";
import { layerEntries } from "./layer-entries.ts";
import { placedLayers } from "./placed-layers.ts";
import { baseCreator, configUpTo, creatorOf, toldBaseLayers } from "./places.ts";
import { applyLayer, emptyTree } from "./tree.ts";

/** An image of devenv, and how many layers lie below its own. */
export interface ChainLink {
  readonly image: Pick<ImagePlan, "key" | "dockerfile" | "origins" | "platform" | "labels">;
  readonly baseLayers: number;
}

/** What an image is in canonical form, whatever engine built it. */
export interface CanonicalImage {
  /** How many of the saved layers, from the first, are in it as they are. */
  readonly baseLayers: number;
  /** Those above, made anew: one for each place in the config. */
  readonly layers: readonly CanonicalLayer[];
  /** The config for layers with these diff_ids. */
  config(diffIds: readonly string[]): object;
}

export interface CanonicalLayer {
  /** Full config key: `environments.dev.image.layers[0]`. */
  readonly key: string;
  readonly entries: readonly LayerEntry[];
}

/** `chain`: the image that was saved, then those of the environments below it. */
export function canonicalImage(chain: readonly [ChainLink, ...ChainLink[]], saved: SavedImage): CanonicalImage {
  const segments = segmentsOf(chain, saved);
  const baseLayers = segments[0]?.from ?? 0;
  const tree = emptyTree();
  for (const { entries } of saved.layers.slice(0, baseLayers)) applyLayer(tree, entries);
  const layers = segments.flatMap(({ image, ...range }) =>
    placedLayers(image, saved, range)
      .filter((place) => place.layers.length > 0)
      .map((place) => ({
        key: `${image.key}.${place.key}`,
        entries: layerEntries(applyChanges(tree, place.layers), tree),
      })),
  );
  const keys = [...Array.from({ length: baseLayers }, () => undefined), ...layers.map(({ key }) => key)];
  return { baseLayers, layers, config: (diffIds) => canonicalConfig(chain[0], saved, { keys, diffIds }) };
}

interface Segment extends Pick<ChainLink, "image"> {
  /** Its first layer, and the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** Which layers are whose, the lowest image first; one in canonical form says it itself. */
function segmentsOf(chain: readonly ChainLink[], saved: SavedImage): readonly Segment[] {
  let to = saved.layers.length;
  const segments = chain.map(({ image, baseLayers }): Segment => {
    const from = toldBaseLayers(image, configUpTo(saved.config, to)) ?? baseLayers;
    const segment = { image, from, to };
    to = from;
    return segment;
  });
  return segments.toReversed();
}

interface ConfigLayers {
  /** Undefined for those of the base. */
  readonly keys: readonly (string | undefined)[];
  readonly diffIds: readonly string[];
}

function canonicalConfig({ image }: ChainLink, saved: SavedImage, { keys, diffIds }: ConfigLayers): object {
  const { architecture, os, Labels, ...config } = contentConfig(saved.config);
  const created = new Date(canonicalTime * 1000).toISOString().replace(".000Z", "Z");
  const history = keys.map((key) => ({ created, created_by: key === undefined ? baseCreator : creatorOf(key) }));
  return {
    created,
    architecture,
    os,
    // engines differ in telling it where a platform has one only
    variant: image.platform.split("/")[2],
    config: { ...config, Labels: { ...(Labels as object), ...image.labels } },
    history,
    rootfs: { type: "layers", diff_ids: diffIds },
  };
}
