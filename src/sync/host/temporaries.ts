/**
 * Where what is on its way into a place, or out of it, stands meanwhile: in one folder at the root that git ignores and that is gone
 * when nothing is under way. Beside the place, where something else is mounted or that folder cannot be made.
 */
import { type BigIntStats, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf } from "../../host/reason.ts";
import { temporaryFolder } from "../side.ts";
import { changed } from "./failure.ts";
import { lookAt } from "./place.ts";
import { type Facts, newName } from "./temporary-name.ts";

export interface Temporaries {
  /** An absolute place for what is on its way into another one; what stands there at the end goes. */
  openFor(place: string, facts: Facts): Disposable & { readonly place: string };
  /** The same for what is on its way out. */
  outOf(place: string, old: BigIntStats): string;
  /** Nothing can be renamed between the folder of a place and ours: from now on it stands beside. */
  avoid(place: string): void;
  /** Whether this process is at work with what has this name. */
  isInUse(name: string): boolean;
  /** What is waited for by `tidy`; never rejects. */
  waitFor(end: Promise<void>): void;
  /** Resolves when nothing is under way; the folder is gone then. */
  tidy(): Promise<void>;
  close(): void;
}

const rules = ".gitignore";
/** After the last use. Milliseconds. */
const idleMs = 1_000;

/** Of all that sync a folder in this process. */
const inUse = new Set<string>();

export function openTemporaries(root: string): Temporaries {
  const folder = join(root, temporaryFolder);
  const waiting = new Set<Promise<unknown>>();
  const elsewhere = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const used = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (waiting.size === 0) removeIfEmpty(folder);
    }, idleMs).unref();
    timer.refresh();
  };
  const folderFor = (place: string) => {
    const near = dirname(place);
    const isOurs = !elsewhere.has(near) && isOnDevice(near, root) && isMade(folder);
    if (isOurs) used();
    return isOurs ? folder : near;
  };
  return {
    openFor(place, facts) {
      const name = newName(facts);
      const beside = join(folderFor(place), name);
      inUse.add(name);
      return {
        place: beside,
        [Symbol.dispose]() {
          inUse.delete(name);
          rmSync(beside, { force: true });
        },
      };
    },
    outOf: (place, old) => join(folderFor(place), newName({ old })),
    avoid: (place) => void elsewhere.add(dirname(place)),
    isInUse: (name) => inUse.has(name),
    waitFor(end) {
      const one = end.finally(() => waiting.delete(one));
      waiting.add(one);
    },
    async tidy() {
      await Promise.all(waiting);
      removeIfEmpty(folder);
    },
    close() {
      clearTimeout(timer);
      removeIfEmpty(folder);
    },
  };
}

function isOnDevice(folder: string, root: string): boolean {
  return folder === root || lstatSync(folder).dev === lstatSync(root).dev;
}

/** It is there from now on, and nothing but a folder of ours. */
function isMade(folder: string): boolean {
  const stats = lookAt(folder);
  if (stats !== undefined) return stats.isDirectory();
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, rules), "*\n");
    return true;
  } catch (error) {
    return errnoOf(error) === "EEXIST";
  }
}

export function removeIfEmpty(folder: string): void {
  try {
    if (readdirSync(folder).some((name) => name !== rules)) return;
    rmSync(join(folder, rules), { force: true });
    rmdirSync(folder);
  } catch {
    // somebody was quick, and needs it
  }
}

/** Throws `changed` where nothing can be moved into the place from where it stands: the next time it stands beside. */
export async function unlessApart(temporaries: Temporaries, place: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    temporaries.avoid(place);
    throw changed("something else is mounted there");
  }
}
