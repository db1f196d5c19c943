/** Taking down what was brought over: in the trees of both sides, and in the ancestor where they agree now. */
import type { FilesIn } from "./agreement.ts";
import type { SavedEntry } from "./ancestor-store.ts";
import { type Core, sideNames, treesOf } from "./core.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Change, Entry, File, Folder, Part, Path } from "./entry.ts";
import type { SideName } from "./status.ts";
import { at, childrenOf, isAlike, noChildren, walk } from "./tree.ts";

export interface Ledger {
  done(endpoint: Endpoint, path: Path, entry: Entry | undefined): void;
  /** This alone of it is known to be so now: the rest stays what the side itself told. */
  part(endpoint: Endpoint, path: Path, part: Part): void;
  commit(): void;
}

/** Enough to make up for the work of a commit, and few enough that little is done twice after a sudden end. */
const commitEvery = 2048;
const commitAfterMs = 200;

export function openLedger(core: Core): Ledger {
  const entries: Record<SideName, [Path, Entry | undefined][]> = { host: [], container: [] };
  const parts: Record<SideName, [Path, Part][]> = { host: [], container: [] };
  let touched = new Set<Path>();
  let filled = new Map<Path, ReadonlyMap<string, File>>();
  let last = performance.now();
  const commit = () => {
    for (const side of sideNames) note(core.endpoints[side], entries[side].splice(0), parts[side].splice(0));
    agreeAt(core, touched, filled);
    if (touched.size > 0) core.lastSync = Date.now();
    touched = new Set();
    filled = new Map();
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
    part({ side }, path, part) {
      parts[side.name].push([path, part]);
      if ("files" in part) filled.set(path, part.files);
      touch(path);
    },
    commit,
  };
}

function note(
  endpoint: Endpoint,
  entries: readonly (readonly [Path, Entry | undefined])[],
  parts: readonly (readonly [Path, Part])[],
): void {
  endpoint.note(entries);
  const changed = new Map<Path, Entry>();
  for (const [path, part] of parts) {
    const entry = changed.get(path) ?? at(endpoint.tree(), path);
    if (entry?.kind === "file" && !("files" in part)) changed.set(path, { ...entry, ...part });
    else if (entry?.kind === "folder" && "mode" in part) changed.set(path, { ...entry, ...part });
    else if (entry?.kind === "folder" && "files" in part) changed.set(path, withFiles(entry, part.files));
  }
  // what is set below a folder would be undone by the folder
  endpoint.note([...changed].sort(([one], [other]) => one.length - other.length));
}

/** The mode of each may be the other side's, and still to be set. */
function withFiles(folder: Folder, files: ReadonlyMap<string, File>): Folder {
  if (folder.children.size === files.size && areAllOfMode(files, folder)) return { ...folder, children: files };
  const children = new Map(folder.children);
  for (const [name, file] of files) {
    const old = children.get(name);
    if (old?.kind === "file") children.set(name, old.mode === file.mode ? file : { ...old, content: file.content });
  }
  return { ...folder, children };
}

function areAllOfMode(files: ReadonlyMap<string, File>, { children }: Folder): boolean {
  for (const [name, { mode }] of files) {
    const old = children.get(name);
    if (old?.kind !== "file" || old.mode !== mode) return false;
  }
  return true;
}

/** Where both sides are alike, they agree; folders first, then what is in them. */
function agreeAt(core: Core, paths: ReadonlySet<Path>, filled: FilesIn): void {
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
  const files = [...filled].map(
    ([path, brought]) => [path, alikeOf(brought, at(host, path), at(container, path))] as const,
  );
  core.agreement.agree([...folders, ...others], new Map(files));
}

/** Of files that were brought, those that stand so on both sides. */
function alikeOf(
  brought: ReadonlyMap<string, File>,
  ...sides: readonly (Entry | undefined)[]
): ReadonlyMap<string, File> {
  const children = sides.map(childrenOf);
  if (children.every((one) => one === brought)) return brought;
  const others = brought.keys().filter((name) => children.some((one) => one.get(name) !== brought.get(name)));
  const left = new Set(others);
  return left.size === 0 ? brought : new Map([...brought].filter(([name]) => !left.has(name)));
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
