import { digestOf, type Sha256 } from "../../digest.ts";
import type { SavedImage } from "../../host/saved-image/entry.ts";
import type { ImagePlan } from "../plan.ts";
import { applyChanges, type Changes, countedChanges } from "./changes.ts";
import { type ContentConfig, contentConfig } from "./config.ts";
import { placedLayers } from "./placed-layers.ts";
import type { PlacedImage } from "./places.ts";
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
  const tree = emptyTree();
  const base = saved.layers.slice(0, baseLayers);
  const [first, ...above] = placedLayers(image, saved, { from: baseLayers });
  // the layers of an environment are made by devenv too: their content counts, not their times
  const isMade = image.base.kind === "environment";
  const below = applyChanges(
    tree,
    base.map(({ entries }) => entries),
  );
  const own = applyChanges(tree, first?.layers ?? []);
  const diffIds = isMade ? [] : base.map(({ diffId }) => diffId);
  const from: PlaceContent = {
    key: "from",
    content: digestOf({ diffIds, changes: (isMade ? [below, own] : [own]).map(countedChanges) }),
    changes: isMade ? { ...below, ...own } : own,
  };
  const others = above.map(({ key, layers }): PlaceContent => {
    const changes = applyChanges(tree, layers);
    return { key, content: digestOf(countedChanges(changes)), changes };
  });
  const config = contentConfig(saved.config);
  const all = [from, ...others];
  return { content: digestOf({ config, layers: all.map(({ key, content }) => [key, content]) }), config, layers: all };
}
