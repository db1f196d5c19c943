/** When to stop and ask, before something is destroyed that nobody meant to delete. */
import type { Entry } from "./entry.ts";
import { countEntries } from "./tree.ts";

export interface Halt {
  readonly kind: "missing" | "replaced" | "emptied";
  /** Where it happened. */
  readonly side: "host" | "container";
  /** Files, folders and links that going on would delete on the other side. */
  readonly entries: number;
}

/** A side as it was found: undefined when there is no folder at its root. */
export interface Found {
  readonly tree: Entry | undefined;
  /** Another folder stands at the root than the one that the session began with. */
  readonly isReplaced: boolean;
}

export interface Situation {
  readonly ancestor: Entry | undefined;
  readonly host: Found;
  readonly container: Found;
}

/**
 * Undefined when it is safe to go on. A side that is missing or was replaced always halts; a side in which nothing is left
 * halts when more than one entry was agreed upon before and the other side still holds something.
 */
export function findHalt({ ancestor, host, container }: Situation): Halt | undefined {
  return haltOf("host", host, container, ancestor) ?? haltOf("container", container, host, ancestor);
}

function haltOf(side: Halt["side"], found: Found, other: Found, ancestor: Entry | undefined): Halt | undefined {
  const entries = countEntries(other.tree);
  if (found.tree?.kind !== "folder") return { kind: "missing", side, entries };
  if (found.isReplaced) return { kind: "replaced", side, entries };
  const isEmptied = countEntries(found.tree) === 0 && entries > 0 && countEntries(ancestor) > 1;
  return isEmptied ? { kind: "emptied", side, entries } : undefined;
}
