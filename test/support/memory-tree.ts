/** A file system of one folder in memory, with inodes and a clock that ticks as coarsely as the kernel's. */
import { SideError, type Stat } from "../../src/sync/side.ts";
import { nameOf, namesOf, parentOf } from "../../src/sync/tree.ts";

export interface Node {
  kind: "file" | "folder" | "link" | "other";
  mode: number;
  content: string;
  target: string;
  mtimeNs: bigint;
  ctimeNs: bigint;
  readonly inode: number;
  readonly children: Map<string, Node>;
}

const tickMs = 4;
let inodes = 1;

export function nowNs(): bigint {
  return BigInt(Math.floor((performance.timeOrigin + performance.now()) / tickMs) * tickMs) * 1_000_000n;
}

export function newNode(kind: Node["kind"], given: Partial<Node> = {}): Node {
  inodes += 1;
  const time = nowNs();
  return {
    kind,
    mode: 0o644,
    content: "",
    target: "",
    mtimeNs: time,
    ctimeNs: time,
    children: new Map(),
    ...given,
    inode: inodes,
  };
}

export function statOf(node: Node): Stat {
  const { kind, mode, mtimeNs, ctimeNs, inode, content } = node;
  let stamp = 7;
  for (const part of [
    kind.length,
    mode,
    content.length,
    Number(mtimeNs % 1_000_000_007n),
    Number(ctimeNs % 1_000_000_007n),
    inode,
  ]) {
    stamp = (stamp * 31 + part) % 4_503_599_627;
  }
  const isFresh = nowNs() - mtimeNs <= BigInt(2 * tickMs) * 1_000_000n;
  const target = kind === "link" ? { target: node.target } : {};
  return { kind, mode, size: content.length, mtimeNs, stamp, inode, isFresh, ...target };
}

export interface MemoryTree {
  root: Node | undefined;
  find(path: string): Node | undefined;
  /** The folder above, which must be there. */
  folderOf(path: string): Node;
  put(path: string, node: Node): void;
  take(path: string): Node;
}

export function createTree(): MemoryTree {
  const tree: MemoryTree = {
    root: newNode("folder", { mode: 0o755 }),
    find(path) {
      let node = tree.root;
      for (const name of namesOf(path)) node = node?.kind === "folder" ? node.children.get(name) : undefined;
      return node;
    },
    folderOf(path) {
      const folder = tree.find(parentOf(path));
      if (folder?.kind !== "folder") throw new SideError("missing", `no folder above ${path}`);
      return folder;
    },
    put(path, node) {
      tree.folderOf(path).children.set(nameOf(path), node);
    },
    take(path) {
      const node = tree.find(path);
      if (node === undefined) throw new SideError("missing", `nothing at ${path}`);
      tree.folderOf(path).children.delete(nameOf(path));
      return node;
    },
  };
  return tree;
}

export function* nodesIn(node: Node | undefined, path = ""): Generator<readonly [string, Node]> {
  if (node === undefined) return;
  yield [path, node];
  for (const [name, child] of node.children) yield* nodesIn(child, path === "" ? name : `${path}/${name}`);
}

/** What a side holds, for comparing: `path kind mode content`. */
export function contentsOf(node: Node | undefined): readonly string[] {
  return [...nodesIn(node)]
    .map(([path, { kind, mode, content, target }]) => `${path} ${kind} ${mode.toString(8)} ${content}${target}`)
    .sort();
}
