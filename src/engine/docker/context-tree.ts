/** A build context in the one form in which every engine gets it: complete, sorted, with canonical times. */
import type { ContextEntry } from "../../plan/plan.ts";

/** 1980-01-01T00:00:00Z: the earliest time that zip archives and FAT can hold. */
export const contextTimeSeconds = 315_532_800;

/** Add the folders that entries stand in but nobody named, and sort depth first: a folder stands right before its content. */
export function contextTree(entries: readonly ContextEntry[]): ContextEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    for (const folder of parentsOf(path)) {
      if (!byPath.has(folder)) byPath.set(folder, { kind: "folder", path: folder });
    }
  }
  return [...byPath.values()]
    .map((entry) => ({ entry, names: entry.path.split("/").map((name) => Buffer.from(name)) }))
    .sort((a, b) => compareNames(a.names, b.names))
    .map(({ entry }) => entry);
}

/**
 * Time of an entry in ns. BuildKit takes a file as unchanged when path, mode, size and time are the same, so
 * the nanoseconds carry a hash of the content; layers keep whole seconds only, so digests do not change.
 */
export function contextTimeNs(entry: ContextEntry): bigint {
  const contentHash = entry.kind === "file" ? BigInt(`0x${entry.digest.slice(0, 16)}`) % 1_000_000_000n : 0n;
  return BigInt(contextTimeSeconds) * 1_000_000_000n + contentHash;
}

function parentsOf(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_name, index) => names.slice(0, index + 1).join("/"));
}

function compareNames(a: readonly Buffer[], b: readonly Buffer[]): number {
  for (const [index, name] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = Buffer.compare(name, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
