import type { ObservedContainer } from "./diff.ts";
import { labelOf, syncLabel } from "./labels.ts";
import { phaseOf } from "./phase.ts";

/** The containers of one environment, sorted out: at most one counts. */
export interface Settled<Container extends ObservedContainer = ObservedContainer> {
  /** The one that counts; named as old when what was to replace it never ran. */
  readonly container: Container | undefined;
  /** What an interrupted command left behind. */
  readonly leftovers: readonly Container[];
  /** What brings its workspace's volume in step. */
  readonly helpers: readonly Container[];
}

/**
 * A container that was never started is half-made. Of the others the newest that is not being replaced
 * counts; the one that is being replaced only while its successor does not run.
 */
export function settle<Container extends ObservedContainer>(all: readonly Container[]): Settled<Container> {
  const helpers = all.filter(({ labels }) => labelOf(labels, syncLabel) !== undefined);
  const containers = all.filter((one) => !helpers.includes(one));
  const made = containers.filter(({ state }) => !unusable.has(state)).toSorted((a, b) => b.created - a.created);
  const container = made.find(({ name }) => phaseOf(name) !== "old") ?? made[0];
  return { container, leftovers: containers.filter((one) => one !== container), helpers };
}

const unusable: ReadonlySet<string> = new Set(["created", "dead", "removing"]);
