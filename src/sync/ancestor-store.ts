/** Where the tree that both sides agreed upon is kept between sessions. */
import type { Entry, Path } from "./entry.ts";
import type { IntentStore } from "./intents.ts";
import type { Stamp } from "./side.ts";

export interface SavedAncestor {
  /** Undefined: nothing was agreed upon. */
  readonly tree: Entry | undefined;
  /** What files and links looked like when they were agreed upon, where that is sure. */
  readonly stamps: Iterable<readonly [Path, SavedStamps]>;
}

export interface SavedStamps {
  readonly host: Stamp | undefined;
  readonly container: Stamp | undefined;
}

export type StampsOf = (path: Path, entry: Entry) => SavedStamps;

/** An entry that both sides agree upon; of a folder itself alone, its children stay as they were. */
export interface SavedEntry {
  readonly path: Path;
  readonly entry: Entry | undefined;
}

export interface AncestorStore {
  load(): Promise<SavedAncestor>;
  /** Survives the end of this process from when the call returns. */
  append(entries: readonly SavedEntry[]): void;
  /** What is not agreed upon yet. */
  readonly intents: IntentStore;
  /** How many entries were appended; to be asked before the sides are flushed, and given to `confirm` after it. */
  count(): number;
  /** The first `count` entries are on both sides' disks: they count even when the machine crashes from now on. */
  confirm(count: number): Promise<void>;
  /** Whether the store would do well with being written anew. */
  isLong(): boolean;
  /** Write the whole anew. */
  compact(tree: Entry | undefined, stampsOf: StampsOf): Promise<void>;
  close(): Promise<void>;
}
