/** What a session tells about itself. Plain data, fit for JSON. */
import type { Path } from "./entry.ts";
import type { Halt } from "./safety.ts";

export type SideName = "host" | "container";

export type SyncState =
  /** Reading both sides for the first time. */
  | "scanning"
  /** Bringing changes over. */
  | "syncing"
  /** Both sides are equal, but for what is listed as a conflict or a problem. */
  | "idle"
  | "paused"
  /** Going on would delete much; waits for `resume` with an answer. */
  | "halted"
  /** A side cannot be reached any more: the session is over. */
  | "lost"
  | "closed";

export interface SyncStatus {
  readonly state: SyncState;
  /** Of `halted`. */
  readonly halt?: Halt | undefined;
  /** Of `lost`. */
  readonly reason?: string | undefined;
  /** Of what both sides agree upon. */
  readonly files: number;
  /** Milliseconds since the epoch when something was last brought over. */
  readonly lastSync: number | undefined;
  /** Paths that differ and wait for an answer (policy `wait`). */
  readonly conflicts: readonly ConflictStatus[];
  /** Files that were kept beside the one that won (policy `keep-both`), until somebody removes them. */
  readonly copies: readonly Path[];
  readonly problems: readonly Problem[];
  /** Of a side that is not watched any more and is scanned instead. */
  readonly unwatched: readonly Unwatched[];
  /** What is being brought over at the moment. */
  readonly progress?: SyncProgress | undefined;
}

export interface ConflictStatus {
  readonly path: Path;
  /** What stands there: `file`, `folder`, `link`, or `nothing`. */
  readonly host: string;
  readonly container: string;
}

/** What could not be read or written; it is left as it is, and tried again. */
export interface Problem {
  readonly side: SideName;
  readonly path: Path;
  readonly reason: string;
  /** It was to be brought over, and was not; false for what is not carried by its nature, like a socket. */
  readonly isLeft: boolean;
}

export interface Unwatched {
  readonly side: SideName;
  readonly reason: string;
  /** The command that mends it. */
  readonly hint: string | undefined;
}

/** Of one round: everything that differed when it began. */
export interface SyncProgress {
  readonly files: number;
  readonly filesDone: number;
  /** Bytes that were brought over. */
  readonly bytesDone: number;
  readonly bytesPerSecond: number;
}
