/** Taking down what was brought over: in the trees of both sides, and in the ancestor where they agree now. */
import type { SavedEntry } from "./ancestor-store.ts";
import { type Core, sideNames, treesOf } from "./core.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Change, Entry, Path } from "./entry.ts";
import type { SideName } from "./status.ts";
import { at, isAlike, noChildren, walk } from "./tree.ts";

export interface Ledger {
  done(endpoint: Endpoint, path: Path, entry: Entry | undefined): void;
  mode(endpoint: Endpoint, path: Path, mode: number): void;
  commit(): void;
}

/** Enough to make up for the work of a commit, and few enough that little is done twice after a sudden end. */
const commitEvery = 512;
const commitAfterMs = 200;

export function openLedger(core: Core): Ledger {
  const entries: Record<SideName, [Path, Entry | undefined][]> = { host: [], container: [] };
  const modes: Record<SideName, [Path, number][]> = { host: [], container: [] };
  let touched = new Set<Path>();
  let last = performance.now();
  const commit = () => {
    for (const side of sideNames) note(core.endpoints[side], entries[side].splice(0), modes[side].splice(0));
    agreeAt(core, touched);
    if (touched.size > 0) core.lastSync = Date.now();
    touched = new Set();
    last = performance.now();
  };
  const touch = (path: Path) => {
    touched.add(path);
    if (touched.size >= commitEvery || performance.now() - last > commitAfterMs) commit();
  };
  return {
    done({ side }, path, entry) {
      entries[side.name].push([path, entry]);
      touch(path);
    },
    mode({ side }, path, mode) {
      modes[side.name].push([path, mode]);
      touch(path);
    },
    commit,
  };
}

function note(
  endpoint: Endpoint,
  entries: readonly (readonly [Path, Entry | undefined])[],
  modes: readonly (readonly [Path, number])[],
): void {
  endpoint.note(entries);
  for (const [path, mode] of modes) {
    const folder = at(endpoint.tree(), path);
    if (folder?.kind === "folder") endpoint.note([[path, { ...folder, mode }]]);
  }
}

/** Where both sides are alike, they agree; folders first, then what is in them. */
export function agreeAt(core: Core, paths: ReadonlySet<Path>): void {
  const { ancestor, host, container } = treesOf(core);
  const folders: SavedEntry[] = [];
  const others: SavedEntry[] = [];
  for (const path of paths) {
    const entry = at(host, path);
    const isAgreed = entry?.kind !== "unreadable" && isAlike(entry, at(container, path));
    if (!isAgreed || isAlike(entry, at(ancestor, path))) continue;
    if (entry?.kind === "folder") folders.push({ path, entry: { ...entry, children: noChildren } });
    else others.push({ path, entry });
  }
  folders.sort((one, other) => one.path.length - other.path.length);
  core.agreement.agree([...folders, ...others]);
}

/** What a change does to the ancestor, step by step. */
export function* stepsOf({ path, before, after }: Change): Generator<SavedEntry> {
  const isModeOnly = before?.kind === "folder" && after?.kind === "folder" && before.children === after.children;
  if (isModeOnly) {
    yield { path, entry: after };
    return;
  }
  if (before !== undefined) yield { path, entry: undefined };
  for (const [below, entry] of walk(after, path)) yield { path: below, entry };
}
