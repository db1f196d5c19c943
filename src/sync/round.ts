/** One round of a session: look at what changed, find what to do, do it. */
import type { Application, Failure } from "./application.ts";
import { applyChanges } from "./apply.ts";
import { type Ledger, openLedger, stepsOf } from "./commit.ts";
import { type Core, hasWork, otherSide, sideNames, treesOf } from "./core.ts";
import type { Change, Conflict, Path } from "./entry.ts";
import { type News, openNews } from "./news.ts";
import { type Reconciled, reconcile } from "./reconcile.ts";
import { findUnhashed, regionOf } from "./region.ts";
import { findHalt, type Halt } from "./safety.ts";
import { settleBegun } from "./settle-begun.ts";
import { settleConflict } from "./settle-conflict.ts";
import type { SideName } from "./status.ts";
import { childrenOf, countEntries, countFiles, isWithin, topmost } from "./tree.ts";

/** What is wrong, if going on is not safe: nothing was done then, and the paths are still to do. */
export async function runRound(core: Core): Promise<Halt | undefined> {
  const region = await look(core);
  // what it was at itself does not halt it
  await settleBegun(core);
  const halt = findRoundsHalt(core);
  if (halt !== undefined) {
    for (const path of region) core.todo.add(path);
    return halt;
  }
  const changing = await hashUnknown(core, region);
  for (const path of region) shareAt(core, path);
  core.retries.begin(region);
  for (const failure of changing) core.retries.add(failure);
  dropConflicts(core, region);
  await carryOut(core, compare(core, region));
  core.retries.end();
  if (!hasWork(core)) core.isRestoring = false;
  return undefined;
}

/** Reads what is dirty; returns the paths to compare. */
async function look({ dirty, endpoints, todo }: Core): Promise<readonly Path[]> {
  const paths = new Set(todo);
  todo.clear();
  await Promise.all(
    sideNames.map(async (side) => {
      const taken = dirty[side].take();
      for (const path of taken === "all" ? [""] : taken) paths.add(path);
      if (taken === "all") await endpoints[side].readAll();
      else if (taken.size > 0) await endpoints[side].readAt(taken);
    }),
  );
  return regionOf(paths);
}

function findRoundsHalt(core: Core): Halt | undefined {
  const { endpoints, mayBeEmpty } = core;
  for (const side of sideNames) if (countEntries(endpoints[side].tree()) > 0) mayBeEmpty.delete(side);
  const found = (side: SideName) => ({ tree: endpoints[side].tree(), isReplaced: endpoints[side].isReplaced() });
  const halt = findHalt({ ancestor: core.agreement.tree(), host: found("host"), container: found("container") });
  const isAllowed = core.isRestoring || (halt !== undefined && mayBeEmpty.has(halt.side));
  return halt?.kind === "emptied" && isAllowed ? undefined : halt;
}

/** What changed while it was read is read again. */
async function hashUnknown(core: Core, region: readonly Path[]): Promise<readonly Failure[]> {
  const { endpoints } = core;
  const trees = treesOf(core);
  const unhashed = region.flatMap((path) => findUnhashed(trees, path));
  const failures = await Promise.all(
    sideNames.map(async (side) => {
      const endpoint = endpoints[side];
      const paths = unhashed.filter((one) => one.side === side).map(({ path }) => path);
      const changed = paths.length > 0 ? await endpoint.hash(paths) : [];
      return changed.map((path): Failure => ({ endpoint, path, kind: "changed", reason: "it changes all the time" }));
    }),
  );
  return failures.flat();
}

/** Trees that share what is equal are compared quickly, and kept in little room. */
function shareAt({ agreement, endpoints: { host, container } }: Core, path: Path): void {
  host.share(agreement.tree(), path);
  container.share(agreement.tree(), path);
  container.share(host.tree(), path);
}

function compare(core: Core, region: readonly Path[]): readonly Reconciled[] {
  const direction = core.isRestoring ? "two-way" : core.options.direction;
  const trees = treesOf(core);
  return region.map((path) => reconcile(trees, { direction, path }));
}

function dropConflicts({ conflicts }: Core, region: readonly Path[]): void {
  for (const path of conflicts.keys()) {
    if (region.some((root) => isWithin(path, root) || isWithin(root, path))) conflicts.delete(path);
  }
}

async function carryOut(core: Core, results: readonly Reconciled[]): Promise<void> {
  const changes = { host: changesOf(results, "host"), container: changesOf(results, "container") };
  agreeWithoutChanges(core, results);
  for (const conflict of uniqueConflicts(results)) await settleConflict(core, conflict);
  if (changes.host.length + changes.container.length === 0) return;
  const files = [...changes.host, ...changes.container].map(({ before, after }) => countFiles(after ?? before));
  core.meter.expect(files.reduce((sum, count) => sum + count, 0));
  const ledger = openLedger(core);
  const news = openNews(core.dirty);
  try {
    await Promise.all(
      sideNames.map((side) => applyChanges(applicationTo(core, side, { ledger, news }), changes[side])),
    );
  } finally {
    ledger.commit();
  }
  const changed = [...changes.host, ...changes.container];
  for (const path of regionOf(changed.map(({ path }) => path))) shareAt(core, path);
  agreeWithoutChanges(core, compare(core, topmost(changed.filter(mayDiffer(core)).map(({ path }) => path))));
  core.intents.clear();
}

/** Where more may have been agreed upon than that what was done is the same on both sides now. */
function mayDiffer({ options }: Core): (change: Change) => boolean {
  // the container keeps what is its own beside what it got: a mode
  if (options.direction === "to-container") return () => true;
  // what was in both sides' folders and is in neither any more
  return ({ before, after }) => before?.kind === "folder" || after?.kind === "folder";
}

function changesOf(results: readonly Reconciled[], tree: SideName): readonly Change[] {
  return [...new Map(results.flatMap((result) => result[tree]).map((change) => [change.path, change])).values()];
}

function uniqueConflicts(results: readonly Reconciled[]): Iterable<Conflict> {
  return new Map(results.flatMap(({ conflicts }) => conflicts).map((conflict) => [conflict.path, conflict])).values();
}

/** What both sides hold already. The rest is agreed upon when it is done. */
function agreeWithoutChanges({ agreement }: Core, results: readonly Reconciled[]): void {
  const changed = new Set(results.flatMap(({ host, container }) => [...host, ...container]).map(({ path }) => path));
  const made = new Map(results.flatMap(({ ancestor }) => ancestor).map((change) => [change.path, change]));
  agreement.agree(
    [...made.values()].filter(({ path }) => !changed.has(path)).flatMap((change) => [...stepsOf(change)]),
  );
}

/** A round that takes longer than this makes way for what changed meanwhile. */
const patienceMs = 500;

interface Books {
  readonly ledger: Ledger;
  readonly news: News;
}

function applicationTo(core: Core, to: SideName, { ledger, news }: Books): Application {
  const { endpoints, dirty, intents, meter, retries, todo } = core;
  const end = performance.now() + patienceMs;
  return {
    from: endpoints[otherSide(to)],
    to: endpoints[to],
    limit: core.transfers,
    largeLimit: core.largeTransfers,
    isStopped: () => core.isStopped || (performance.now() > end && news.isAny()),
    onBegin: (path) => news.own(to, path),
    onIntent: (path, after, only) => intents.begin({ side: to, path, after, only }),
    isDirty: (endpoint, path) => dirty[endpoint.side.name].has(path),
    onDone(endpoint, path, entry) {
      ledger.done(endpoint, path, entry);
      if (endpoint.side.name !== to) return;
      intents.done(to, path, childrenOf(entry).size);
      if (entry !== undefined) meter.done(countFiles(entry));
    },
    onPart(endpoint, path, part) {
      ledger.part(endpoint, path, part);
      if (endpoint.side.name === to) intents.done(to, path, 0);
    },
    onFailed: retries.add,
    onLeft: (path) => void todo.add(path),
    onBytes: meter.bytes,
  };
}
