import { digestOf, type Sha256 } from "../../digest.ts";
import type { SavedImage } from "../../host/saved-image/entry.ts";
import type { ImagePlan } from "../plan.ts";
import { applyChanges, type Changes, countedChanges } from "./changes.ts";
import { type ContentConfig, contentConfig } from "./config.ts";
import { layerPlaces, type PlacedImage } from "./places.ts";
import { emptyTree } from "./tree.ts";

/** What an image holds, the same whenever and wherever it is built. */
export interface ImageContent {
  readonly content: Sha256;
  readonly config: ContentConfig;
  readonly layers: readonly PlaceContent[];
}

/** What one place in the config added. */
export interface PlaceContent {
  /** Place in the image: `from`, `layers[0]`, `user`. */
  readonly key: string;
  readonly content: Sha256;
  readonly changes: Changes;
}

/** `baseLayers`: how many layers the base has. */
export function imageContent(
  image: PlacedImage & Pick<ImagePlan, "base">,
  saved: SavedImage,
  baseLayers: number,
): ImageContent {
  const { layers } = saved;
  const tree = emptyTree();
  const places = layerPlaces(image, layers.length - baseLayers, saved.config);
  const above = layers.slice(baseLayers);
  const entriesOf = (place: string) =>
    above.filter((_, index) => places[index] === place).map(({ entries }) => entries);
  const base = layers.slice(0, baseLayers);
  // the layers of an environment are made by devenv too: their content counts, not their times
  const isMade = image.base.kind === "environment";
  const below = applyChanges(
    tree,
    base.map(({ entries }) => entries),
  );
  const own = applyChanges(tree, entriesOf("from"));
  const diffIds = isMade ? [] : base.map(({ diffId }) => diffId);
  const from: PlaceContent = {
    key: "from",
    content: digestOf({ diffIds, changes: (isMade ? [below, own] : [own]).map(countedChanges) }),
    changes: isMade ? { ...below, ...own } : own,
  };
  const others = [...new Set(places)]
    .filter((place) => place !== "from")
    .map((key): PlaceContent => {
      const changes = applyChanges(tree, entriesOf(key));
      return { key, content: digestOf(countedChanges(changes)), changes };
    });
  const config = contentConfig(saved.config);
  const all = [from, ...others];
  return { content: digestOf({ config, layers: all.map(({ key, content }) => [key, content]) }), config, layers: all };
}
