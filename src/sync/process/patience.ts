/** Waiting for as long as something moves. */
export interface Patience {
  /** Aborted when nothing moved for so long, or it took too long in all: what moves need not come to an end. */
  readonly signal: AbortSignal;
  /** Something moved. */
  renew(): void;
  end(): void;
}

/** Milliseconds: without that anything moved, and in all. */
export function startPatience(idleMs: number, mostMs: number): Patience {
  const over = new AbortController();
  const idle = setTimeout(() => over.abort(), idleMs);
  const most = setTimeout(() => over.abort(), mostMs);
  return {
    signal: over.signal,
    renew: () => void idle.refresh(),
    end() {
      clearTimeout(idle);
      clearTimeout(most);
    },
  };
}
