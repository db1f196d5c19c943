import { canonicalJson, type Sha256 } from "../../digest.ts";
import type { ImageContent, PlaceContent } from "./content.ts";
import { type ChangedPath, diffTrees, isEqual, type TreeDiff } from "./diff.ts";
import { byUnits } from "./tree.ts";

/** A place in the config whose layers differ between two images; `config` for the image's own config. */
export interface PlaceDiff {
  readonly key: string;
  /** Undefined where it is not known what the first image holds. */
  readonly diff: TreeDiff | undefined;
}

export const configPlace = "config";

/** What differs, from the one to the other; a file is named where it first differs, not where a later layer shows it again. */
export function compareContents(one: ImageContent, other: ImageContent): readonly PlaceDiff[] {
  const named = new Set<string>();
  const places = comparePlaces(one, other).flatMap((key): PlaceDiff[] => {
    const [from, to] = [changesAt(one, key), changesAt(other, key)];
    const isNew = (path: string) => !named.has(path) || (from[path] !== undefined && to[path] !== undefined);
    const { added, removed, changed } = diffTrees(from, to);
    const diff: TreeDiff = {
      added: added.filter(isNew),
      removed: removed.filter(isNew),
      changed: changed.filter(({ path }) => isNew(path)),
    };
    for (const path of [...added, ...removed, ...changed.map((item) => item.path)]) named.add(path);
    // other layers below, and the same upon them
    return isEqual(diff) && key !== "from" ? [] : [{ key, diff }];
  });
  const changed = compareConfigs(one, other);
  return changed.length === 0 ? places : [...places, { key: configPlace, diff: { added: [], removed: [], changed } }];
}

/** What differs, as far as digests tell. */
export function comparePlaces(one: Digests, other: Digests): readonly string[] {
  const keys = [...new Set([...other.layers, ...one.layers].map(({ key }) => key))];
  const digestAt = ({ layers }: Digests, key: string) => layers.find((layer) => layer.key === key)?.content;
  return keys.filter((key) => digestAt(one, key) !== digestAt(other, key));
}

interface Digests {
  readonly layers: readonly { readonly key: string; readonly content: Sha256 }[];
}

function changesAt({ layers }: ImageContent, key: string): PlaceContent["changes"] {
  return layers.find((layer) => layer.key === key)?.changes ?? {};
}

function compareConfigs({ config: one }: ImageContent, { config: other }: ImageContent): readonly ChangedPath[] {
  const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort(byUnits);
  const print = (value: unknown) => (value === undefined ? "" : canonicalJson(value));
  return fields
    .map((path) => ({ path, from: print(one[path]), to: print(other[path]) }))
    .filter(({ from, to }) => from !== to)
    .map(({ path, from, to }) => ({ path, differences: [{ what: "value", from, to }] }));
}
