import { isMap, isScalar, isSeq, type Node, type ParsedNode, parseDocument } from "yaml";
import type { KeyPath } from "./key-path.ts";

/** Offset of the deepest place on the way along `path` that stands in a YAML or JSON text. */
export function locateInData(text: string, path: KeyPath): number | undefined {
  let node: Node | null = parseDocument(text).contents as ParsedNode | null;
  let offset = node?.range?.[0];
  for (const step of path) {
    const next = childOf(node, step);
    if (next === undefined) return offset;
    offset = next.offset ?? offset;
    node = next.value;
  }
  return offset;
}

function childOf(node: Node | null, step: string | number): { value: Node | null; offset?: number } | undefined {
  if (isSeq<Node>(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? undefined : withOffset(value, value);
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? undefined : withOffset(pair.value, pair.key);
}

function withOffset(value: Node | null, at: Node): { value: Node | null; offset?: number } {
  const offset = at.range?.[0];
  return offset === undefined ? { value } : { value, offset };
}
