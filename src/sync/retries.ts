/** What could not be done, and when to try again. */
import type { Failure } from "./application.ts";
import type { Path } from "./entry.ts";
import type { Problem } from "./status.ts";
import { isWithin } from "./tree.ts";

export interface Retries {
  add(failure: Failure): void;
  /** Everything at these paths and below is tried now; what fails again waits longer. */
  begin(paths: readonly Path[]): void;
  /** All that `begin` took up and that did not fail again is done with. */
  end(): void;
  /** Something is tried again so soon that both sides are not settled before. */
  isAnySoon(): boolean;
  problems(): readonly Problem[];
  close(): void;
}

interface Waiting {
  readonly failure: Failure;
  readonly count: number;
  readonly timer: NodeJS.Timeout;
}

/** A file that changes while it is read is read again after this, then less and less often. */
const changedMs = 20;
const problemMs = 1000;
const longestMs = 60_000;
/** A path that is refused more often is no passing thing. */
const soonCount = 6;

export function createRetries(onDue: (failure: Failure) => void): Retries {
  const waiting = new Map<Path, Waiting>();
  const tried = new Map<Path, number>();
  return {
    add(failure) {
      const { path } = failure;
      const count = (tried.get(path) ?? waiting.get(path)?.count ?? 0) + 1;
      const firstMs = failure.kind === "problem" ? problemMs : changedMs;
      clearTimeout(waiting.get(path)?.timer);
      const timer = setTimeout(() => onDue(failure), Math.min(longestMs, firstMs * 2 ** (count - 1)));
      waiting.set(path, { failure, count, timer });
    },
    begin(paths) {
      tried.clear();
      const roots = new Set(paths);
      for (const [path, { count, timer }] of waiting) {
        if (!isBelow(path, roots)) continue;
        clearTimeout(timer);
        waiting.delete(path);
        tried.set(path, count);
      }
    },
    end: () => tried.clear(),
    isAnySoon: () => waiting.values().some(isSoon),
    problems: () =>
      [...waiting.values()]
        .filter((one) => !isSoon(one))
        .map(({ failure: { endpoint, path, reason } }) => ({ side: endpoint.side.name, path, reason })),
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}

function isSoon({ failure, count }: Waiting): boolean {
  return failure.kind !== "problem" && count < soonCount;
}

function isBelow(path: Path, roots: ReadonlySet<Path>): boolean {
  return roots.values().some((root) => isWithin(path, root));
}
