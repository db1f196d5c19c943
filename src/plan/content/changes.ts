import { canonicalJson } from "../../digest.ts";
import type { LayerEntry } from "../../host/saved-image/entry.ts";
import { applyLayer, byUnits, type Tree, type TreeNode } from "./tree.ts";

/** By path, sorted. */
export type Changes = Readonly<Record<string, Change>>;

export interface Change {
  /** What stood there; null where nothing did. */
  readonly below: TreeNode | null;
  /** What stands there now; null where it was removed. */
  readonly now: TreeNode | null;
}

/**
 * The effective changes of layers against the tree below them; the tree then has the layers too.
 * What is written again as it was, and folders that only hold changes, are none: engines differ in these.
 */
export function applyChanges(tree: Tree, layers: readonly (readonly LayerEntry[])[]): Changes {
  const before = new Map(tree);
  for (const entries of layers) applyLayer(tree, entries);
  const removed = [...before.keys()].filter((path) => !tree.has(path));
  const put = [...tree].filter(([path, node]) => !isSame(path, before.get(path), node)).map(([path]) => path);
  const changeAt = (path: string): Change => ({ below: before.get(path) ?? null, now: tree.get(path) ?? null });
  return Object.fromEntries([...removed, ...put].sort(byUnits).map((path) => [path, changeAt(path)]));
}

/** What of changes counts. */
export function countedChanges(changes: Changes): unknown {
  return Object.entries(changes).map(([path, { now }]) => [path, now]);
}

function isSame(path: string, before: TreeNode | undefined, after: TreeNode): boolean {
  if (before === after) return true;
  if (before === undefined) return false;
  const { hardLink: linkBefore, ...one } = before;
  const { hardLink, ...other } = after;
  // a file that lost its other names, or that got another one, is what it was
  const isSameLink = hardLink === undefined || hardLink === path || hardLink === linkBefore;
  return isSameLink && canonicalJson(one) === canonicalJson(other);
}
