/** The status of a session, from what it works on. */
import { isConflictCopy } from "./conflict-name.ts";
import { type Core, sideNames } from "./core.ts";
import type { Entry, Folder, Path } from "./entry.ts";
import type { Halt } from "./safety.ts";
import { nameReason, sparseReason } from "./side.ts";
import type { Problem, SideName, SyncState, SyncStatus } from "./status.ts";
import { at, childrenOf, ignored, joinPath, uncarried } from "./tree.ts";

export interface Phase {
  state: SyncState;
  halt?: Halt | undefined;
  reason?: string | undefined;
}

/** Of what is not carried by its nature. */
const unfitReasons: ReadonlySet<string> = new Set([sparseReason, nameReason, uncarried]);

/** Asked often; a folder is looked through again only when something in it changed. */
export function createStatus(core: Core, phase: Phase): () => SyncStatus {
  const summaryOf = createSummary();
  return () => {
    const { agreement, conflicts, endpoints, meter, retries, unwatched } = core;
    const unreadable = sideNames.flatMap((side) => [...unreadableIn(endpoints[side].tree(), side, summaryOf)]);
    return {
      ...phase,
      files: summaryOf(agreement.tree()).files,
      lastSync: core.lastSync,
      conflicts: [...conflicts].map(([path, { host, container }]) => ({
        path,
        host: host?.kind ?? "nothing",
        container: container?.kind ?? "nothing",
      })),
      copies: [...core.copies].filter((path) => isAnywhere(core, path)),
      problems: [...unreadable, ...retries.problems()].map((one) => ({
        ...one,
        isLeft: !unfitReasons.has(one.reason),
      })),
      unwatched: [...unwatched.values()],
      ...(phase.state === "syncing" || phase.state === "scanning" ? { progress: meter.progress() } : {}),
    };
  };
}

/** Copies that an earlier session made. */
export function findCopies(core: Core): void {
  // the container's own do not come to the host then
  const side = core.options.direction === "to-container" ? "container" : "host";
  for (const path of conflictCopiesIn(core.endpoints[side].tree())) core.copies.add(path);
}

function* conflictCopiesIn(tree: Entry | undefined, path: Path = ""): Generator<Path> {
  for (const [name, child] of childrenOf(tree)) {
    if (isConflictCopy(name)) yield joinPath(path, name);
    if (child.kind === "folder") yield* conflictCopiesIn(child, joinPath(path, name));
  }
}

function isAnywhere({ endpoints }: Core, path: Path): boolean {
  return sideNames.some((side) => at(endpoints[side].tree(), path) !== undefined);
}

interface Summary {
  readonly files: number;
  readonly unreadable: number;
}

type SummaryOf = (entry: Entry | undefined) => Summary;

function createSummary(): SummaryOf {
  const known = new WeakMap<Folder, Summary>();
  const sum: SummaryOf = (entry) => {
    if (entry?.kind !== "folder") return summaryOfLeaf(entry);
    const summary = known.get(entry) ?? total([...entry.children.values()].map(sum));
    known.set(entry, summary);
    return summary;
  };
  return sum;
}

function summaryOfLeaf(entry: Entry | undefined): Summary {
  return {
    files: entry?.kind === "file" ? 1 : 0,
    unreadable: entry?.kind === "unreadable" && entry !== ignored ? 1 : 0,
  };
}

function total(summaries: readonly Summary[]): Summary {
  return summaries.reduce(
    (sum, { files, unreadable }) => ({ files: sum.files + files, unreadable: sum.unreadable + unreadable }),
    { files: 0, unreadable: 0 },
  );
}

function* unreadableIn(
  tree: Entry | undefined,
  side: SideName,
  summaryOf: SummaryOf,
  path: Path = "",
): Generator<Omit<Problem, "isLeft">> {
  if (summaryOf(tree).unreadable === 0) return;
  if (tree?.kind === "unreadable") yield { side, path, reason: tree.reason };
  for (const [name, child] of childrenOf(tree)) yield* unreadableIn(child, side, summaryOf, joinPath(path, name));
}
