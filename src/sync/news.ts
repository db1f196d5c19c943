/** Tells what changed by itself from what a round changed. */
import type { Dirty } from "./dirty.ts";
import type { Path } from "./entry.ts";
import type { SideName } from "./status.ts";

export interface News {
  /** What is told of this path from now on is taken for the round's own doing, until the round is over. */
  own(side: SideName, path: Path): void;
  /** Whether anything else is to be looked at. */
  isAny(): boolean;
}

/** Looking is quick, and much is asked. */
const lookEveryMs = 100;

export function openNews(dirty: Readonly<Record<SideName, Dirty>>): News {
  const own: Record<SideName, Set<Path>> = { host: new Set(), container: new Set() };
  let isAny = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    own: (side, path) => void own[side].add(path),
    isAny() {
      const now = performance.now();
      if (isAny || now - lookedAt < lookEveryMs) return isAny;
      lookedAt = now;
      isAny = dirty.host.hasBeside(own.host) || dirty.container.hasBeside(own.container);
      return isAny;
    },
  };
}
