/**
 * What both sides agree upon, and keeping that.
 *
 * Every step is appended to the store at once: it survives the end of the process. It counts after a crash of the machine
 * only when both sides have flushed what they wrote before it: when no step came for a second, and while they keep coming
 * every half minute. Flushing takes long, and nothing else is done by a side meanwhile.
 */
import type { AncestorStore, SavedEntry, StampsOf } from "./ancestor-store.ts";
import type { Entry, File, Folder, Path } from "./entry.ts";
import { at, joinPath, setAll, setAllAlone } from "./tree.ts";

export interface Agreement {
  tree(): Entry | undefined;
  /** In this order, and then files in folders, by name. */
  agree(entries: readonly SavedEntry[], files?: FilesIn): void;
  /** All is kept when this resolves. */
  close(): Promise<void>;
}

export type FilesIn = ReadonlyMap<Path, ReadonlyMap<string, File>>;

export interface AgreementOptions {
  readonly store: AncestorStore;
  readonly tree: Entry | undefined;
  /** Write to the disks what both sides hold. */
  flushSides(): Promise<void>;
  readonly stampsOf: StampsOf;
  onFailure(error: unknown): void;
}

const confirmAfterMs = 1000;
const confirmWithinMs = 30_000;

export function createAgreement({ store, flushSides, stampsOf, onFailure, ...options }: AgreementOptions): Agreement {
  let { tree } = options;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();
  const queue = (act: () => Promise<void>) => {
    work = work.then(act).catch(onFailure);
    return work;
  };
  // what waits for the disks to be flushed must not keep it from being written down
  const keep = (entries: readonly SavedEntry[]) => {
    try {
      store.append(entries);
    } catch (error) {
      onFailure(error);
    }
  };
  let isConfirmed = true;
  let waitingSince = 0;
  const confirmLater = () => {
    if (timer === undefined) waitingSince = performance.now();
    else if (performance.now() - waitingSince > confirmWithinMs) return;
    clearTimeout(timer);
    timer = setTimeout(() => void queue(confirm), confirmAfterMs);
  };
  const confirm = async () => {
    timer = undefined;
    const count = store.count();
    await flushSides();
    await store.confirm(count);
    isConfirmed = store.count() === count;
    if (isConfirmed && store.isLong()) await store.compact(tree, stampsOf);
  };
  return {
    tree: () => tree,
    agree(entries, files = new Map()) {
      const all = [...entries, ...filesOf(files)];
      if (all.length === 0) return;
      isConfirmed = false;
      tree = setAllAlone(
        tree,
        entries.map(({ path, entry }) => [path, entry]),
      );
      tree = putFiles(tree, files);
      keep(all);
      confirmLater();
    },
    async close() {
      clearTimeout(timer);
      if (!isConfirmed) await queue(confirm);
      if (isConfirmed) await queue(() => store.compact(tree, stampsOf));
      await queue(() => store.close());
    },
  };
}

function* filesOf(folders: FilesIn): Generator<SavedEntry> {
  for (const [folder, files] of folders)
    for (const [name, entry] of files) yield { path: joinPath(folder, name), entry };
}

function putFiles(tree: Entry | undefined, folders: FilesIn): Entry | undefined {
  const changed: [Path, Folder][] = [];
  for (const [path, files] of folders) {
    const folder = at(tree, path);
    if (folder?.kind !== "folder") continue;
    const children = folder.children.size === 0 ? files : new Map([...folder.children, ...files]);
    changed.push([path, { ...folder, children }]);
  }
  // what is set below a folder would be undone by the folder
  return setAll(
    tree,
    changed.sort(([one], [other]) => one.length - other.length),
  );
}
