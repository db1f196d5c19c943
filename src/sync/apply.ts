/**
 * Bringing changes to a side: many at once, a folder before what is in it, and removed after it. What cannot be done is told
 * and left as it was; the rest goes on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { mapLimited } from "../host/map-limited.ts";
import type { Application } from "./application.ts";
import type { Change, Entry, File, Folder, Path } from "./entry.ts";
import { makeFilled } from "./fill.ts";
import { SideError } from "./side.ts";
import { SourceError, transfer } from "./transfer.ts";
import { joinPath, noChildren } from "./tree.ts";

/** Throws SideError `lost` alone. */
export async function applyChanges(run: Application, changes: readonly Change[]): Promise<void> {
  await mapLimited(changes, changesAtOnce, ({ path, before, after }) => bring(run, { path, before, after }));
}

const changesAtOnce = 256;
/** Enough to have something to do all the time; what waits in more of them takes memory. */
const foldersAtOnce = 8;

/** Whether it is as wanted now. */
async function bring(run: Application, change: Change): Promise<boolean> {
  const { path, before, after } = change;
  if (before === after) return true;
  if (run.isStopped()) {
    run.onLeft(path);
    return false;
  }
  run.onBegin(path);
  if (before?.kind === "folder" && after?.kind === "folder") return bringIntoFolder(run, path, { before, after });
  if (before?.kind === "folder" && !(await removeFolder(run, path, before))) return false;
  const old = before?.kind === "folder" ? undefined : before;
  switch (after?.kind) {
    case "folder":
      return (await remove(run, path, old)) && (await makeFolder(run, path, after));
    case "file":
      return old?.kind === "file" && old.content === after.content
        ? setMode(run, path, after)
        : writeFile(run, { path, old, after });
    case "link":
      return makeLink(run, { path, old, target: after.target, after });
    default:
      return remove(run, path, old);
  }
}

interface Folders {
  readonly before: Folder;
  readonly after: Folder;
}

async function bringIntoFolder(run: Application, path: Path, { before, after }: Folders): Promise<boolean> {
  const isModeSet = before.mode === after.mode || (await setMode(run, path, after));
  const areChildrenThere = await bringChildren(run, path, { before: before.children, after: after.children });
  return isModeSet && areChildrenThere;
}

interface Children {
  readonly before: ReadonlyMap<string, Entry>;
  readonly after: ReadonlyMap<string, Entry>;
}

async function bringChildren(run: Application, path: Path, { before, after }: Children): Promise<boolean> {
  if (before === after) return true;
  const names = [...after.keys(), ...[...before.keys()].filter((name) => !after.has(name))];
  const isFolder = (name: string) => before.get(name)?.kind === "folder" || after.get(name)?.kind === "folder";
  const bringOne = (name: string) =>
    bring(run, { path: joinPath(path, name), before: before.get(name), after: after.get(name) });
  const [folders, others] = [names.filter(isFolder), names.filter((name) => !isFolder(name))];
  const done = await Promise.all([
    mapLimited(others, changesAtOnce, bringOne),
    mapLimited(folders, foldersAtOnce, bringOne),
  ]);
  return !done.flat().includes(false);
}

async function makeFolder(run: Application, path: Path, folder: Folder): Promise<boolean> {
  const isClosed = (folder.mode & ownersAll) !== ownersAll;
  let brought: ReadonlyMap<string, Entry> = noChildren;
  const isMade = await attempt(run, path, async () => {
    brought = await makeFilled(run, path, { ...folder, mode: folder.mode | ownersAll });
  });
  if (!isMade) return false;
  const isFilled = await bringChildren(run, path, { before: noChildren, after: without(folder.children, brought) });
  return (!isClosed || (await setMode(run, path, folder))) && isFilled;
}

/** What was brought is of the children. */
function without(children: ReadonlyMap<string, Entry>, brought: ReadonlyMap<string, Entry>): Children["after"] {
  if (brought.size === 0) return children;
  if (brought.size === children.size) return noChildren;
  return new Map([...children].filter(([name]) => !brought.has(name)));
}

/** What is needed to put something into a folder. */
const ownersAll = 0o700;

async function removeFolder(run: Application, path: Path, folder: Folder): Promise<boolean> {
  const { to } = run;
  const isEmpty = await bringChildren(run, path, { before: folder.children, after: noChildren });
  if (!isEmpty) return false;
  return attempt(run, path, async () => {
    // should it stay, there is more in it than is known
    to.doubt(path);
    run.onIntent(path, undefined);
    await to.limit(() => to.side.remove(path, 0, "folder"));
    to.leave(path);
    run.onDone(to, path, undefined);
  });
}

async function remove(run: Application, path: Path, old: Entry | undefined): Promise<boolean> {
  if (old === undefined) return true;
  const { to } = run;
  const kind = old.kind === "link" ? "link" : "file";
  return attempt(run, path, async () => {
    const expected = await expectedAt(run, path, old);
    run.onIntent(path, undefined);
    await to.limit(() => to.side.remove(path, expected ?? 0, kind));
    to.noteStat(path, undefined);
    run.onDone(to, path, undefined);
  });
}

async function setMode(run: Application, path: Path, after: File | Folder): Promise<boolean> {
  return attempt(run, path, () =>
    after.kind === "folder" ? setFolderMode(run, path, after) : setFileMode(run, path, after),
  );
}

async function setFolderMode({ to, onIntent, onPart }: Application, path: Path, { mode }: Folder): Promise<void> {
  onIntent(path, { kind: "folder", mode, children: noChildren }, "mode");
  await to.limit(() => to.side.setMode(path, mode));
  onPart(to, path, { mode });
}

/** Only where nothing but the mode changed meanwhile, the new stamp is that of the known content. */
async function setFileMode(run: Application, path: Path, after: File): Promise<void> {
  const { to } = run;
  const expected = await expectedAt(run, path, after);
  const old = await to.limit(() => to.side.stat(path));
  if (old === undefined || old.stamp !== expected) throw new SideError("changed", "it was changed");
  run.onIntent(path, after, "mode");
  const stat = await to.limit(() => to.side.setMode(path, after.mode));
  const isSame = stat.inode === old.inode && stat.size === old.size && stat.mtimeNs === old.mtimeNs;
  if (!isSame || stat.mode !== after.mode) throw new SideError("changed", "it was changed while its mode was set");
  to.noteStat(path, stat);
  // its content may be learned by the other direction meanwhile
  run.onPart(to, path, { mode: after.mode });
}

interface Writing {
  readonly path: Path;
  readonly old: Entry | undefined;
  readonly after: File;
}

async function writeFile(run: Application, { path, old, after }: Writing): Promise<boolean> {
  const { from, to, onBytes } = run;
  return attempt(run, path, async () => {
    const expected = await expectedAt(run, path, old);
    const only = old?.kind === "file" && old.mode === after.mode ? "content" : undefined;
    const onContent = (content: string) => run.onIntent(path, { ...after, content }, only);
    const made = await run.limit(async () =>
      run.isStopped()
        ? undefined
        : transfer({ from, to, path, mode: after.mode, expected, onContent, onBytes, largeLimit: run.largeLimit }),
    );
    if (made === undefined) {
      run.onLeft(path);
      return;
    }
    const { content, stat } = made;
    to.noteStat(path, stat);
    run.onDone(to, path, { ...after, content });
    // its mode may be the other side's, and still to be set
    run.onPart(from, path, { content });
  });
}

interface Linking {
  readonly path: Path;
  readonly old: Entry | undefined;
  readonly target: string;
  readonly after: Entry;
}

async function makeLink(run: Application, { path, old, target, after }: Linking): Promise<boolean> {
  const { to } = run;
  return attempt(run, path, async () => {
    const expected = await expectedAt(run, path, old);
    run.onIntent(path, after);
    const stat = await to.limit(() => to.side.makeLink(path, target, expected));
    to.noteStat(path, stat);
    run.onDone(to, path, after);
  });
}

/** The stamp of what is to be replaced; a change that could hide behind it is told by then. */
async function expectedAt(
  { to, isDirty }: Application,
  path: Path,
  old: Entry | undefined,
): Promise<number | undefined> {
  const hiddenMs = old === undefined ? 0 : to.freshForMs(path);
  if (hiddenMs > 0) {
    await sleep(hiddenMs);
    await to.side.barrier();
  }
  const stamp = to.stampOf(path);
  if (isDirty(to, path) || (old !== undefined && stamp === undefined)) throw new SideError("changed", "it was changed");
  return old === undefined ? undefined : stamp;
}

async function attempt(run: Application, path: Path, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    const endpoint = error instanceof SourceError ? run.from : run.to;
    const failure = error instanceof SourceError ? error.cause : error;
    if (!(failure instanceof SideError) || failure.kind === "lost") throw failure;
    run.onFailed({ endpoint, path, kind: failure.kind, reason: failure.message });
    return false;
  }
}
