/** A build context in the one form in which every engine gets it: complete, sorted, with canonical times. */
import { comparePaths, parentsOf } from "../../host/path-order.ts";
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
  return [...byPath.values()].sort((one, other) => comparePaths(one.path, other.path));
}

/**
 * Time of an entry in ns. BuildKit takes a file as unchanged when path, mode, size and time are the same, so
 * the nanoseconds carry a hash of the content; layers keep whole seconds only, so digests do not change.
 */
export function contextTimeNs(entry: ContextEntry): bigint {
  const contentHash = entry.kind === "file" ? BigInt(`0x${entry.digest.slice(0, 16)}`) % 1_000_000_000n : 0n;
  return BigInt(contextTimeSeconds) * 1_000_000_000n + contentHash;
}
