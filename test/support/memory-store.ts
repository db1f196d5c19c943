import type { AncestorStore, SavedAncestor, SavedEntry, SavedStamps } from "../../src/sync/ancestor-store.ts";
import { at, setAllAlone, walk } from "../../src/sync/tree.ts";

/** Keeps what was agreed upon as long as the test holds it. */
export function createMemoryStore(): AncestorStore & { readonly saved: () => SavedAncestor } {
  let saved: SavedAncestor = { tree: undefined, stamps: [] };
  let count = 0;
  return {
    saved: () => saved,
    load: async () => saved,
    async append(entries: readonly SavedEntry[]) {
      count += entries.length;
      const gone = new Set(entries.map(({ path }) => path));
      const tree = setAllAlone(
        saved.tree,
        entries.map(({ path, entry }) => [path, entry]),
      );
      const stamps = [...saved.stamps].filter(([path]) => !gone.has(path) && at(tree, path) !== undefined);
      saved = { tree, stamps };
    },
    count: () => count,
    confirm: async () => undefined,
    isLong: () => false,
    async compact(tree, stampsOf) {
      const stamps: (readonly [string, SavedStamps])[] = [];
      for (const [path, entry] of walk(tree)) if (entry.kind !== "folder") stamps.push([path, stampsOf(path, entry)]);
      saved = { tree, stamps };
    },
    close: async () => undefined,
  };
}
