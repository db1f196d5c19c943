/** What the steps of a session work on. */
import type { Agreement } from "./agreement.ts";
import type { Dirty } from "./dirty.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Conflict, Path } from "./entry.ts";
import type { IntentStore, SavedIntent } from "./intents.ts";
import type { Limit } from "./limit.ts";
import type { Meter } from "./meter.ts";
import type { Trees } from "./reconcile.ts";
import type { Retries } from "./retries.ts";
import type { SessionOptions } from "./session-options.ts";
import type { SideName, Unwatched } from "./status.ts";

export interface Core {
  readonly options: SessionOptions;
  readonly endpoints: Readonly<Record<SideName, Endpoint>>;
  readonly dirty: Readonly<Record<SideName, Dirty>>;
  readonly agreement: Agreement;
  readonly intents: IntentStore;
  /** What an earlier process was at when it ended; to be looked at once. */
  begun: readonly SavedIntent[];
  readonly retries: Retries;
  readonly meter: Meter;
  /** For files under way. */
  readonly transfers: Limit;
  readonly largeTransfers: Limit;
  /** Paths to compare whose sides are known. */
  readonly todo: Set<Path>;
  /** Conflicts that wait for an answer. */
  readonly conflicts: Map<Path, Conflict>;
  readonly copies: Set<Path>;
  /** Sides that may be empty, and then let everything be deleted. */
  readonly mayBeEmpty: Set<SideName>;
  /** Sides that are scanned from time to time. */
  readonly unwatched: Map<SideName, Unwatched>;
  /** One round goes both ways, whatever the direction. */
  isRestoring: boolean;
  /** Nothing new is begun. */
  isStopped: boolean;
  /** When something was brought over, in milliseconds since the epoch. */
  lastSync: number | undefined;
  /** There may be something to do. */
  wake: () => void;
  /** A round that has begun does not do all that there is to do. */
  postpone: () => void;
  /** Nothing can be done any more. */
  lose: (reason: string) => void;
  log(line: string): void;
}

export const sideNames = ["host", "container"] as const;

export function otherSide(side: SideName): SideName {
  return side === "host" ? "container" : "host";
}

export function treesOf({ agreement, endpoints }: Core): Trees {
  return { ancestor: agreement.tree(), host: endpoints.host.tree(), container: endpoints.container.tree() };
}

export function hasWork({ dirty, todo }: Core): boolean {
  return todo.size > 0 || sideNames.some((side) => !dirty[side].isEmpty());
}
