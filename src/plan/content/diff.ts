import { canonicalJson } from "../../digest.ts";
import type { Changes } from "./changes.ts";
import { byUnits, type TreeNode } from "./tree.ts";

/** What differs between two lists of changes, from the one to the other; paths sorted. */
export interface TreeDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly ChangedPath[];
}

export interface ChangedPath {
  readonly path: string;
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly what:
    | "kind"
    | "mode"
    | "owner"
    | "size"
    | "content"
    | "target"
    | "device"
    | "xattrs"
    | "hard link"
    | "value";
  /** As people write it: `0644`, `0:0`; empty where there is none. */
  readonly from: string;
  readonly to: string;
}

/** Both stand on the same: where only one side changes a path, the other has what was there. */
export function diffTrees(one: Changes, other: Changes): TreeDiff {
  const paths = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort(byUnits);
  const added: string[] = [];
  const removed: string[] = [];
  const changed: ChangedPath[] = [];
  for (const path of paths) {
    const from = nodeAt(path, one, other);
    const to = nodeAt(path, other, one);
    if (from === null && to !== null) added.push(path);
    if (from !== null && to === null) removed.push(path);
    if (from === null || to === null) continue;
    const differences = differencesOf(from, to);
    if (differences.length > 0) changed.push({ path, differences });
  }
  return { added, removed, changed };
}

function nodeAt(path: string, own: Changes, other: Changes): TreeNode | null {
  const change = own[path];
  return change === undefined ? (other[path]?.below ?? null) : change.now;
}

export function isEqual({ added, removed, changed }: TreeDiff): boolean {
  return added.length + removed.length + changed.length === 0;
}

function differencesOf(from: TreeNode, to: TreeNode): readonly Difference[] {
  const [one, other] = [describe(from), describe(to)];
  const whats = Object.keys(one) as (keyof typeof one)[];
  return whats.filter((what) => one[what] !== other[what]).map((what) => ({ what, from: one[what], to: other[what] }));
}

function describe(node: TreeNode): Readonly<Record<Exclude<Difference["what"], "value">, string>> {
  return {
    kind: node.kind,
    mode: node.mode.toString(8).padStart(4, "0"),
    owner: `${node.uid}:${node.gid}`,
    size: node.size === undefined ? "" : String(node.size),
    content: node.sha256 ?? "",
    target: node.target ?? "",
    device: node.device?.join(":") ?? "",
    xattrs: node.xattrs === undefined ? "" : canonicalJson(node.xattrs),
    "hard link": node.hardLink ?? "",
  };
}
