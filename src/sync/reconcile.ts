/**
 * What must be done so that both sides hold the same again, from what each holds and what both held when they last agreed.
 *
 * What always holds, whatever the trees (test/unit/sync/reconcile-properties.test.ts):
 * - With direction `two-way` and no conflict, both sides hold the same readable entries after the changes, and so does the ancestor.
 * - A change's `before` is what stands there now.
 * - What differs from the ancestor on one side is kept: it is on both sides afterwards, or stays where it is as a conflict.
 * - Nothing is done at or below a path where one side is unreadable; no folder is removed that holds something unreadable.
 * - What both agreed upon at a path that is ignored now is forgotten.
 * - After the changes there is nothing left to do, but for the same conflicts.
 * - Swapping the sides swaps the result, but for modes that both sides changed: the host's count.
 * - With direction `to-container` nothing is changed on the host, and what the container alone changed is left as it is.
 *
 * The changes of a side are in order: a folder comes before what is below it.
 */
import type { Change, Conflict, Entry, File, Folder, Path } from "./entry.ts";
import { splitEntry } from "./split.ts";
import { childrenOf, ignored, isAlike, isEqual, joinPath, namesOf, noChildren, readable } from "./tree.ts";

export interface Trees {
  /** Holds nothing unreadable. */
  readonly ancestor: Entry | undefined;
  readonly host: Entry | undefined;
  readonly container: Entry | undefined;
}

export interface ReconcileOptions {
  readonly direction: "two-way" | "to-container";
  /** Look at nothing but this and what is below it; the root if not given. */
  readonly path?: Path | undefined;
}

export interface Reconciled {
  /** What both sides agree upon once the other changes are done. */
  readonly ancestor: readonly Change[];
  readonly host: readonly Change[];
  readonly container: readonly Change[];
  readonly conflicts: readonly Conflict[];
}

export function reconcile(trees: Trees, { direction, path = "" }: ReconcileOptions): Reconciled {
  const round: Round = { isOneWay: direction === "to-container", ancestor: [], host: [], container: [], conflicts: [] };
  reconcileAt(round, { path: "", way: namesOf(path), ...trees });
  return round;
}

interface Round {
  readonly isOneWay: boolean;
  readonly ancestor: Change[];
  readonly host: Change[];
  readonly container: Change[];
  readonly conflicts: Conflict[];
}

interface Place extends Trees {
  readonly path: Path;
  /** The only names to go into from here, one a level; none left: all of them. */
  readonly way: readonly string[];
}

function reconcileAt(round: Round, place: Place): void {
  const { path, ancestor, host, container } = place;
  if (ancestor === host && host === container) return;
  if (host?.kind === "unreadable" || container?.kind === "unreadable") {
    // what is gone from one side when it counts again was not deleted
    if (host === ignored || container === ignored)
      change(round, "ancestor", { path, before: ancestor, after: undefined });
    return;
  }
  if (host?.kind === "folder" && container?.kind === "folder") mergeFolders(round, place, host, container);
  else if (isAlike(host, container)) change(round, "ancestor", { path, before: ancestor, after: host });
  else if (host === undefined || container === undefined) mergeMissing(round, place);
  else if (host.kind === "file" && container.kind === "file") mergeFiles(round, place, host, container);
  else mergeKinds(round, place);
}

function mergeFolders(round: Round, place: Place, host: Folder, container: Folder): void {
  const { path, way } = place;
  const ancestor = place.ancestor?.kind === "folder" ? place.ancestor : undefined;
  const mode = mergeValue(round, ancestor?.mode, host.mode, container.mode);
  const { children = noChildren } = ancestor ?? {};
  changeMode(round, "host", { path, before: host, after: { ...host, mode: mode.host } });
  changeMode(round, "container", { path, before: container, after: { ...container, mode: mode.container } });
  changeMode(round, "ancestor", {
    path,
    before: place.ancestor,
    after: { kind: "folder", mode: mode.ancestor, children },
  });
  const [only, ...rest] = way;
  for (const name of only === undefined ? namesOfAll(host, container, ancestor) : [only]) {
    reconcileAt(round, {
      path: joinPath(path, name),
      way: rest,
      ancestor: children.get(name),
      host: host.children.get(name),
      container: container.children.get(name),
    });
  }
}

function* namesOfAll(...folders: readonly (Folder | undefined)[]): Generator<string> {
  for (const [index, folder] of folders.entries()) {
    const earlier = folders.slice(0, index).map(childrenOf);
    for (const [name, child] of childrenOf(folder)) {
      const isDone = earlier.some((children) => children.has(name));
      const isSame = index === 0 && folders.every((other) => childrenOf(other).get(name) === child);
      if (!isDone && !isSame) yield name;
    }
  }
}

interface Merged<Value> {
  readonly host: Value;
  readonly container: Value;
  readonly ancestor: Value;
}

/** Who changed it wins; if both did, the host. */
function mergeValue<Value>(
  { isOneWay }: Round,
  ancestor: Value | undefined,
  host: Value,
  container: Value,
): Merged<Value> {
  if (host !== ancestor || host === container) return { host, container: host, ancestor: host };
  return isOneWay ? { host, container, ancestor: host } : { host: container, container, ancestor: container };
}

function mergeFiles(round: Round, place: Place, host: File, container: File): void {
  const { path } = place;
  const old = place.ancestor?.kind === "file" ? place.ancestor : undefined;
  if (isClash(old?.content, host.content, container.content)) {
    conflict(round, place);
    return;
  }
  const mode = mergeValue(round, old?.mode, host.mode, container.mode);
  const content = mergeValue(round, old?.content, host.content, container.content);
  const file = (of: keyof Merged<unknown>): File => ({ kind: "file", mode: mode[of], content: content[of] });
  change(round, "host", { path, before: host, after: file("host") });
  change(round, "container", { path, before: container, after: file("container") });
  change(round, "ancestor", { path, before: place.ancestor, after: file("ancestor") });
}

function isClash(ancestor: string | undefined, host: string, container: string): boolean {
  return host !== container && host !== ancestor && container !== ancestor;
}

/** One side holds nothing at the path: what of the other's is as it was is deleted there too, what is new comes back. */
function mergeMissing(round: Round, { path, ancestor, host, container }: Place): void {
  const [side, other] = host === undefined ? (["container", "host"] as const) : (["host", "container"] as const);
  const present = host ?? container;
  const { stays, carried, agreed, overlaid } = splitEntry(ancestor, present);
  if (!round.isOneWay) {
    change(round, side, { path, before: present, after: stays });
    change(round, other, { path, before: undefined, after: carried });
    change(round, "ancestor", { path, before: ancestor, after: agreed });
  } else if (side === "host") {
    change(round, "container", { path, before: undefined, after: carried });
    change(round, "ancestor", { path, before: ancestor, after: overlaid });
  } else {
    change(round, "container", { path, before: present, after: stays });
    change(round, "ancestor", { path, before: ancestor, after: undefined });
  }
}

/** Things of different kinds, or links: one as a whole, or neither. */
function mergeKinds(round: Round, place: Place): void {
  const { path, ancestor, host, container } = place;
  const isHostNew = holdsNew(ancestor, host);
  const isContainerNew = holdsNew(ancestor, container);
  if (round.isOneWay && !isHostNew) return;
  const [loser, winner] = isHostNew ? (["container", host] as const) : (["host", container] as const);
  if ((isHostNew && isContainerNew) || readable(place[loser]) !== place[loser]) {
    conflict(round, place);
    return;
  }
  const after = readable(winner);
  change(round, loser, { path, before: place[loser], after });
  change(round, "ancestor", { path, before: ancestor, after });
}

/** Whether there is anything in it, at any depth, that is not like this in the ancestor too. */
function holdsNew(ancestor: Entry | undefined, entry: Entry | undefined): boolean {
  if (entry === undefined || entry === ancestor || entry.kind === "unreadable") return false;
  if (!isAlike(ancestor, entry)) return true;
  for (const [name, child] of childrenOf(entry)) if (holdsNew(childrenOf(ancestor).get(name), child)) return true;
  return false;
}

type Changed = "ancestor" | "host" | "container";

function change(round: Round, tree: Changed, made: Change): void {
  if (!isEqual(made.before, made.after)) round[tree].push(made);
}

/** What a folder holds is not looked at. */
function changeMode(round: Round, tree: Changed, made: Change): void {
  if (!isAlike(made.before, made.after)) round[tree].push(made);
}

function conflict(round: Round, { path, ancestor, host, container }: Place): void {
  round.conflicts.push({ path, ancestor, host, container });
}
