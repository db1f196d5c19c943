/** The side of this machine: Node's own file system calls. */
import { rmdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mapLimited } from "../../host/map-limited.ts";
import type { Path } from "../entry.ts";
import { isTemporaryName, type Side, SideError, type SideListener, type Stat, smallSize } from "../side.ts";
import { nameOf } from "../tree.ts";
import { unlessMissing } from "../unless-missing.ts";
import { createAside } from "./aside.ts";
import { makeFolder, makeLink, move, setMode } from "./change.ts";
import { openChokidarWatch } from "./chokidar-watch.ts";
import { createCollect } from "./collect-files.ts";
import { sideError } from "./failure.ts";
import type { FolderWatch } from "./folder-watch.ts";
import { openInotifyWatch } from "./inotify-watch.ts";
import type { NameLate } from "./keep.ts";
import { openSweeper } from "./leftovers.ts";
import { listFolder, statAt } from "./list-folder.ts";
import type { Native } from "./native.ts";
import { createPlaces, placeOf } from "./place.ts";
import { readSmall, readWhole } from "./read-file.ts";
import { openTemporaries, type Temporaries } from "./temporaries.ts";
import { writeWhole } from "./write-file.ts";

export interface HostSideOptions {
  /** Absolute real path. */
  readonly root: string;
  readonly platform: NodeJS.Platform;
  /** Folder of devenv's own, for files that tell how far the watches are. */
  readonly cookieFolder: string;
  readonly listener: SideListener;
  /** What is never looked at, for a watcher that watches more than what is listed. */
  ignores(path: Path): boolean;
  readonly nameLate: NameLate;
  readonly native: Native | undefined;
}

/**
 * What is written is flushed to the disk by `flush` only: it is a copy of what the other side has, and what is
 * agreed upon is written down after that.
 */
export function openHostSide(options: HostSideOptions): Side {
  const { root, native } = options;
  const watch = openWatch(options);
  const at = (path: Path) => placeOf(root, path);
  const readAt = createPlaces(root);
  const readSmallFile = createReadSmall(readAt);
  const collectHere = createCollect(readSmallFile);
  const temporaries = openTemporaries(root);
  const sweeper = openSweeper({ root, nameLate: options.nameLate, now: Date.now, isInUse: temporaries.isInUse });
  sweeper.sweep();
  const toList = (path: Path) => {
    const onTemporary = (name: string) => sweeper.found(path, name);
    return { place: readAt(path), path, watch, native, onTemporary };
  };
  return {
    name: "host",
    list: (path) => unlessMissing(attempt(() => listFolder(toList(path)))),
    stat: (path) => attempt(() => statAt(at(path))),
    read: (path, expected) => translated(() => readWhole(at(path), expected)),
    readSmall: readSmallFile,
    async *collect(path, files) {
      const collect = (await native?.collector()) ?? collectHere;
      yield* collect(path, files);
    },
    ...changes({ ...options, temporaries }, at, watch),
    forget: (path) => watch.remove(path),
    barrier: () => attempt(() => watch.barrier()),
    async close() {
      sweeper.close();
      await watch.close();
      await temporaries.tidy();
      temporaries.close();
    },
  };
}

function createReadSmall(at: (path: Path) => string): (path: Path, expected: Stat) => Uint8Array {
  // new memory is given by the system page by page, which takes longer than reading a file
  const memory = Buffer.alloc(smallSize);
  return (path, expected) => {
    try {
      return readSmall(at(path), expected, memory);
    } catch (error) {
      throw sideError(error);
    }
  };
}

type Changes = Pick<Side, "tidy" | "write" | "makeFolder" | "makeLink" | "remove" | "setMode" | "move" | "flush">;

interface Changing extends HostSideOptions {
  readonly temporaries: Temporaries;
}

function changes(options: Changing, at: (path: Path) => string, watch: FolderWatch): Changes {
  const { root, nameLate, native, temporaries } = options;
  const unflushed = new Set<Path>();
  const wrote = <Value>(path: Path, value: Value): Value => {
    unflushed.add(path);
    return value;
  };
  const aside = createAside({ root, nameLate, native, temporaries });
  const to = (path: Path) => ({ path, place: at(path), aside, temporaries });
  const refuseWritten = async (path: Path) => {
    if (await native?.isWritten(path)) throw new SideError("busy", "a process on the host has it open for writing");
  };
  return {
    async tidy() {
      // what it was before it was set aside is looked at by this process, whether anybody writes to it by another one
      await aside.hurry().catch(() => undefined);
      await temporaries.tidy();
    },
    write(path, file, content) {
      if (file.expected === undefined)
        return attempt(async () => wrote(path, await writeWhole(to(path), file, content)));
      // what is replaced is looked at first, and what is in memory may change meanwhile
      const kept = content instanceof Uint8Array ? Uint8Array.from(content) : content;
      return attempt(async () => {
        await refuseWritten(path);
        return wrote(path, await writeWhole(to(path), file, kept));
      });
    },
    makeFolder: (path, mode) => attempt(() => wrote(path, makeFolder(at(path), mode))),
    makeLink: (path, target, expected) =>
      attempt(async () => {
        if (expected !== undefined) await refuseWritten(path);
        return wrote(path, await makeLink(to(path), target, expected));
      }),
    remove: (path, expected, kind) =>
      attempt(async () => {
        if (kind === "file") await refuseWritten(path);
        if (kind !== "folder") aside.remove({ path, place: at(path), expected });
        else {
          rmdirSync(at(path));
          watch.remove(path);
        }
        unflushed.delete(path);
      }),
    setMode: (path, mode) => attempt(() => setMode(at(path), mode)),
    move: (from, target) =>
      attempt(async () => {
        await refuseWritten(from);
        return wrote(target, move(to(from), at(target)));
      }),
    async flush() {
      const paths = [...unflushed];
      unflushed.clear();
      await mapLimited(paths, flushesAtOnce, (path) => flushPlace(join(root, path)));
    },
  };
}

function openWatch({ root, platform, cookieFolder, ignores, listener }: HostSideOptions): FolderWatch {
  let isToldUnwatched = false;
  const open = platform === "linux" ? openInotifyWatch : openChokidarWatch;
  return open({
    root,
    cookieFolder,
    ignores: (path) => isTemporary(path) || ignores(path),
    onChange(paths) {
      const told = paths.filter((path) => !isTemporary(path));
      if (told.length > 0) listener.onChange(told);
    },
    onOverflow: () => listener.onOverflow(),
    onUnwatched(reason, hint) {
      if (!isToldUnwatched) listener.onUnwatched(reason, hint);
      isToldUnwatched = true;
    },
    onWatched() {
      isToldUnwatched = false;
      listener.onWatched?.();
    },
  });
}

const flushesAtOnce = 8;

function isTemporary(path: Path): boolean {
  return isTemporaryName(nameOf(path));
}

async function attempt<Value>(run: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    throw sideError(error);
  }
}

async function* translated(open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* open();
  } catch (error) {
    throw sideError(error);
  }
}

/** One that is gone meanwhile has nothing to lose. */
async function flushPlace(place: string): Promise<void> {
  for (const one of [place, dirname(place)]) {
    try {
      await using file = await open(one, "r");
      await file.sync();
    } catch {}
  }
}
