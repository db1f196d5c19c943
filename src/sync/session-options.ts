/** What a session is opened with, and what can be asked of it. */
import type { AncestorStore } from "./ancestor-store.ts";
import type { Path } from "./entry.ts";
import type { Side, SideListener } from "./side.ts";
import type { SideName, SyncProgress, SyncStatus } from "./status.ts";

/** A side tells the session what changes from its beginning on. */
export type OpenSide = (listener: SideListener) => Side | Promise<Side>;

export interface SessionOptions {
  readonly host: OpenSide;
  readonly container: OpenSide;
  readonly ancestor: AncestorStore;
  readonly direction: "two-way" | "to-container";
  readonly onConflict: "keep-both" | "wait";
  /** Whether what stands at a path is neither synced nor looked into. */
  readonly ignores: Ignores;
  readonly listener?: SessionListener | undefined;
  /** Begin without touching anything, until `resume`. */
  readonly isPaused?: boolean | undefined;
}

export type Ignores = (path: Path, isFolder: boolean) => boolean;

export interface SessionListener {
  /** The state is another than before, a conflict or a problem came or went. */
  onStatus?: (() => void) | undefined;
  /** Some times a second while much is brought over. */
  onProgress?: ((progress: SyncProgress) => void) | undefined;
  /** One line a noteworthy thing, for the log. */
  onLog?: ((line: string) => void) | undefined;
}

/** `restore`: bring back from the other side what is gone. `accept`: let it be deleted there too. */
export type HaltAnswer = "restore" | "accept";

export interface Session {
  status(): SyncStatus;
  /**
   * Resolves when everything that was changed on either side before the call is on both sides, or cannot be brought there
   * for now; the status says which. At once when the session is paused, halted, lost or closed.
   */
  flush(): Promise<SyncStatus>;
  /** Resolves when nothing is being brought over any more. */
  pause(): Promise<void>;
  /**
   * Also of a halted session; without an answer a halted one stays halted unless the reason is gone. Resolves when the answer
   * was taken; another one that comes meanwhile counts for nothing.
   */
  resume(answer?: HaltAnswer): Promise<void>;
  /**
   * What the container alone holds, also of a session that is paused or halted; to be asked after a flush. Throws when a side
   * cannot be reached.
   */
  unsaved(): Promise<readonly Path[]>;
  /** Decide a conflict that waits; the other side's entry is replaced. */
  settle(path: Path, winner: SideName): void;
  /** Take less memory, if nothing is being brought over: what was needed for that is let go. */
  spare(): void;
  /** Both sides are closed with it; what was agreed upon is saved. */
  close(): Promise<void>;
}

/**
 * Resolves when both sides are open; the first reading of them goes on. Calls nothing of the listener before.
 * A lost side ends the session: open another one, on the same ancestor.
 */
export type OpenSession = (options: SessionOptions) => Promise<Session>;
