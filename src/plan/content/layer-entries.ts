import { posix } from "node:path";
import { sha256 } from "../../digest.ts";
import type { LayerEntry } from "../../host/saved-image/entry.ts";
import type { Changes } from "./changes.ts";
import { byUnits, type Tree, type TreeNode } from "./tree.ts";

/**
 * The entries of the layer that makes these changes, sorted: folders on the way as they are, of the names of
 * one file the smallest with its content, a whiteout for each thing removed and none for what lay in it.
 * `tree` is the file system with the changes.
 */
export function layerEntries(changes: Changes, tree: Tree): readonly LayerEntry[] {
  const put = new Map<string, TreeNode>();
  const whiteouts: LayerEntry[] = [];
  for (const [path, { now }] of Object.entries(changes)) {
    const { dir, base } = posix.parse(path);
    if (now !== null) put.set(path, now);
    else if (tree.get(dir)?.kind === "folder") whiteouts.push(whiteout(posix.join(dir, `.wh.${base}`)));
    else continue;
    addFolders(put, dir, tree);
  }
  for (const path of primaries(put)) {
    const node = tree.get(path);
    if (node === undefined || put.has(path)) continue;
    put.set(path, node);
    addFolders(put, posix.dirname(path), tree);
  }
  const files = [...put].map(([path, node]) => entryOf(path, node, put));
  return [...files, ...whiteouts].sort((one, other) => byUnits(one.path, other.path));
}

/** The names that others are linked to: a link's target has to be in the same layer. */
function primaries(put: ReadonlyMap<string, TreeNode>): readonly string[] {
  return [...put.values()].flatMap(({ hardLink }) => (hardLink === undefined ? [] : [hardLink]));
}

/** An engine that finds no folder of a layer makes one, and its mode may hide that of the folder below. */
function addFolders(put: Map<string, TreeNode>, folder: string, tree: Tree): void {
  for (let path = folder; path !== "/" && !put.has(path); path = posix.dirname(path)) {
    const node = tree.get(path);
    if (node === undefined) throw new Error(`${path} is not in the tree`);
    put.set(path, node);
  }
}

function entryOf(path: string, { hardLink, ...node }: TreeNode, put: ReadonlyMap<string, TreeNode>): LayerEntry {
  if (hardLink === undefined || hardLink === path || !isSameFile(node, put.get(hardLink))) return { path, ...node };
  const { mode, uid, gid } = node;
  return { path, kind: "hard-link", mode, uid, gid, target: hardLink };
}

/** The first name may have been given to another file since. */
function isSameFile({ kind, sha256: content, mode }: TreeNode, other: TreeNode | undefined): boolean {
  return other !== undefined && other.kind === kind && other.sha256 === content && other.mode === mode;
}

const emptyContent = sha256("");

function whiteout(path: string): LayerEntry {
  return { path, kind: "file", mode: 0, uid: 0, gid: 0, size: 0, sha256: emptyContent };
}
