/** A file system as the layers of an image make it, one layer upon the other. Pure. */
import type { LayerEntry } from "../../host/saved-image/entry.ts";

/** What stands at a path. */
export interface TreeNode extends Omit<LayerEntry, "path" | "kind"> {
  readonly kind: Exclude<LayerEntry["kind"], "hard-link">;
  /** The smallest path of those that are the same file, its own included; absent where it has one name only. */
  readonly hardLink?: string;
}

/** By absolute path. */
export type Tree = Map<string, TreeNode>;

/** A root that no layer describes is as every engine makes it, and so is a folder. */
const impliedFolder: TreeNode = { kind: "folder", mode: 0o755, uid: 0, gid: 0 };

export function emptyTree(): Tree {
  return new Map([["/", impliedFolder]]);
}

const whiteout = ".wh.";
const opaque = ".wh..wh..opq";

/** Put a layer onto a tree, in place: first what it removes from below, whatever the order of its entries. */
export function applyLayer(tree: Tree, entries: readonly LayerEntry[]): void {
  for (const { path } of entries) {
    const { folder, name } = splitPath(path);
    if (name === opaque) removeBelow(tree, folder);
    else if (name.startsWith(whiteout)) removeAt(tree, joinPath(folder, name.slice(whiteout.length)));
  }
  const kept = entries.filter(({ path }) => !splitPath(path).name.startsWith(whiteout));
  for (const entry of kept) if (entry.kind !== "hard-link") put(tree, entry.path, nodeOf(entry));
  linkFiles(tree, kept);
}

/** The names of one file: only the entries of one layer can make it so. */
function linkFiles(tree: Tree, entries: readonly LayerEntry[]): void {
  const targets = new Map(
    entries.flatMap(({ kind, path, target }) => (kind === "hard-link" ? [[path, target ?? ""]] : [])),
  );
  const groups = new Map<string, string[]>();
  for (const path of targets.keys()) {
    const first = firstName(targets, path);
    groups.set(first, [...(groups.get(first) ?? [first]), path]);
  }
  for (const [first, paths] of groups) {
    const node = tree.get(first);
    const [hardLink] = paths.toSorted(byUnits);
    if (node === undefined || hardLink === undefined) continue;
    for (const path of paths) put(tree, path, { ...node, hardLink });
  }
}

function firstName(targets: ReadonlyMap<string, string>, path: string): string {
  let name = path;
  for (let hops = 0; hops <= targets.size; hops++) {
    const next = targets.get(name);
    if (next === undefined) return name;
    name = next;
  }
  return name;
}

function nodeOf({ path: _path, kind, ...attributes }: LayerEntry): TreeNode {
  return { ...attributes, kind: kind === "hard-link" ? "file" : kind };
}

function put(tree: Tree, path: string, node: TreeNode): void {
  if (node.kind !== "folder" && tree.get(path)?.kind === "folder") removeBelow(tree, path);
  const { folder } = splitPath(path);
  if (tree.get(folder)?.kind !== "folder" && path !== "/") put(tree, folder, impliedFolder);
  tree.set(path, node);
}

function removeAt(tree: Tree, path: string): void {
  if (tree.get(path)?.kind === "folder") removeBelow(tree, path);
  tree.delete(path);
}

function removeBelow(tree: Tree, folder: string): void {
  const prefix = folder === "/" ? "/" : `${folder}/`;
  for (const path of tree.keys()) if (path !== "/" && path.startsWith(prefix)) tree.delete(path);
}

function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { folder: path.slice(0, slash) || "/", name: path.slice(slash + 1) };
}

function joinPath(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/** The same order everywhere, whatever the language of the machine. */
export function byUnits(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
