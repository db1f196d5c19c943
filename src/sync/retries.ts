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
  /** Try all of it now. */
  hurry(): void;
  /** Something is tried again so soon that both sides are not settled before. */
  isAnySoon(): boolean;
  problems(): readonly Omit<Problem, "isLeft">[];
  close(): void;
}

interface Tried {
  readonly count: number;
  /** When it was refused first, by `performance.now`. */
  readonly since: number;
}

interface Waiting extends Tried {
  readonly failure: Failure;
  readonly timer: NodeJS.Timeout;
}

/** Until it is tried again, at first; then less and less often. */
const firstMs: Readonly<Record<Failure["kind"], number>> = { changed: 20, missing: 20, busy: 50, problem: 1000 };
const longestMs = 60_000;
/** A path that is refused more often is no passing thing. */
const soonCount = 6;
/** Nor is a file that somebody has open for longer. */
const busyMs = 2000;

export function createRetries(onDue: (failure: Failure) => void): Retries {
  const waiting = new Map<Path, Waiting>();
  const tried = new Map<Path, Tried>();
  return {
    add(failure) {
      const { path } = failure;
      const { count: before, since } = tried.get(path) ?? waiting.get(path) ?? { count: 0, since: performance.now() };
      const count = before + 1;
      clearTimeout(waiting.get(path)?.timer);
      const timer = setTimeout(() => onDue(failure), waitMs(failure, { count, since }));
      waiting.set(path, { failure, count, since, timer });
    },
    begin(paths) {
      tried.clear();
      const roots = new Set(paths);
      for (const [path, { count, since, timer }] of waiting) {
        if (!isBelow(path, roots)) continue;
        clearTimeout(timer);
        waiting.delete(path);
        tried.set(path, { count, since });
      }
    },
    end: () => tried.clear(),
    hurry() {
      for (const { failure } of [...waiting.values()]) onDue(failure);
    },
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

function waitMs({ kind }: Failure, { count, since }: Tried): number {
  const waits = Math.min(longestMs, firstMs[kind] * 2 ** (count - 1));
  const leftMs = since + busyMs - performance.now();
  return kind === "busy" && leftMs > 0 ? Math.min(waits, leftMs + 1) : waits;
}

function isSoon({ failure: { kind }, count, since }: Waiting): boolean {
  if (kind === "busy") return performance.now() < since + busyMs;
  return kind !== "problem" && count < soonCount;
}

function isBelow(path: Path, roots: ReadonlySet<Path>): boolean {
  return roots.values().some((root) => isWithin(path, root));
}
