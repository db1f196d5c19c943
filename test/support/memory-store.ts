import type { AncestorStore, SavedAncestor, SavedEntry, SavedStamps } from "../../src/sync/ancestor-store.ts";
import type { SavedIntent } from "../../src/sync/intents.ts";
import { at, setAllAlone, walk } from "../../src/sync/tree.ts";

export interface MemoryStore extends AncestorStore {
  readonly saved: () => SavedAncestor;
  readonly begun: () => readonly SavedIntent[];
  /** Who wrote to it was killed. */
  freeze(): void;
}

const nothing: SavedAncestor = { tree: undefined, stamps: [] };

/** Keeps what was agreed upon as long as the test holds it. */
export function createMemoryStore(before = nothing, earlier: readonly SavedIntent[] = []): MemoryStore {
  let saved = before;
  let isFrozen = false;
  let intents = earlier;
  let count = 0;
  return {
    saved: () => saved,
    begun: () => intents,
    freeze() {
      isFrozen = true;
    },
    load: async () => saved,
    append(entries: readonly SavedEntry[]) {
      if (isFrozen) return;
      count += entries.length;
      const gone = new Set(entries.map(({ path }) => path));
      const tree = setAllAlone(
        saved.tree,
        entries.map(({ path, entry }) => [path, entry]),
      );
      const stamps = [...saved.stamps].filter(([path]) => !gone.has(path) && at(tree, path) !== undefined);
      saved = { tree, stamps };
    },
    intents: {
      load: () => intents,
      begin(intent) {
        if (!isFrozen) intents = [...intents, { ...intent, isDone: false }];
      },
      done(side, path) {
        if (isFrozen) return;
        intents = intents.map((one) => (one.side === side && one.path === path ? { ...one, isDone: true } : one));
      },
      clear() {
        if (!isFrozen) intents = [];
      },
      close: () => undefined,
    },
    count: () => count,
    confirm: async () => undefined,
    isLong: () => false,
    async compact(tree, stampsOf) {
      if (isFrozen) return;
      const stamps: (readonly [string, SavedStamps])[] = [];
      for (const [path, entry] of walk(tree)) if (entry.kind !== "folder") stamps.push([path, stampsOf(path, entry)]);
      saved = { tree, stamps };
    },
    close: async () => undefined,
  };
}
