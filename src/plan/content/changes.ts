import { canonicalJson } from "../../digest.ts";
import type { LayerEntry } from "../../host/saved-image/entry.ts";
import { applyLayer, byUnits, type Tree, type TreeNode } from "./tree.ts";

/** What layers make of a path: what then stands there; null where they remove it. */
export type Changes = Readonly<Record<string, TreeNode | null>>;

/**
 * The effective changes of layers against the tree below them, sorted by path; the tree then has the layers too.
 * What is written again as it was, and folders that only hold changes, are none: engines differ in these.
 */
export function applyChanges(tree: Tree, layers: readonly (readonly LayerEntry[])[]): Changes {
  const before = new Map(tree);
  for (const entries of layers) applyLayer(tree, entries);
  const removed = [...before.keys()].filter((path) => !tree.has(path));
  const put = [...tree].filter(([path, node]) => !isSame(path, before.get(path), node)).map(([path]) => path);
  return Object.fromEntries([...removed, ...put].sort(byUnits).map((path) => [path, tree.get(path) ?? null]));
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
