/**
 * What is replaced or removed stays for a moment under a temporary name: whoever had it open then may still write to it, and what
 * is written late is kept. That name is at the root where it can be, so that no folder has to wait for it.
 */
import { type BigIntStats, linkSync, lstatSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { errnoOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { SideError, type Stamp } from "../side.ts";
import { joinPath, parentOf } from "../tree.ts";
import { changed } from "./failure.ts";
import { keepLate, type Late } from "./keep.ts";
import type { Native } from "./native.ts";
import { lookAt, lookFor } from "./place.ts";
import { hasNoLinks, putNew } from "./put-new.ts";
import { isSameContent } from "./stat.ts";
import { outOf } from "./temporary.ts";

export interface Aside {
  /** A finished file or link that stands beside it, at an absolute place, takes the place of what is expected. */
  replace(beside: string, what: Expected): Promise<void>;
  /** A file or a link goes. */
  remove(what: Expected): void;
  /** Either goes to an absolute place where nothing stands. */
  move(from: Pick<Expected, "path" | "place">, to: string): void;
}

export interface Expected {
  readonly path: Path;
  /** Absolute. */
  readonly place: string;
  readonly expected: Stamp;
}

/** How long what is written late is waited for, milliseconds. */
const lateMs = 100;

export interface AsideOptions extends Late {
  /** Without it, what somebody else puts in a place in the moment when it is taken is replaced. */
  readonly native: Pick<Native, "swap"> | undefined;
}

export function createAside({ native, ...late }: AsideOptions): Aside {
  const { root } = late;
  const dropLater = async (kept: string, path: Path, before: BigIntStats) => {
    await setTimeout(lateMs);
    try {
      const after = lookAt(kept);
      if (after === undefined) return;
      if (isSameContent(before, after)) rmSync(kept, { force: true });
      else keepLate(late, kept, path);
    } catch {
      // the next look at its folder finds it
    }
  };
  return {
    async replace(beside, { path, place, expected }) {
      const before = lookFor(place, expected);
      const ours = lstatSync(beside, { bigint: true });
      const kept = link(root, place);
      try {
        await takePlace({ late, native, path, place, beside, before, ours });
      } catch (error) {
        if (kept !== undefined) rmSync(kept, { force: true });
        throw error;
      }
      if (kept === undefined) return;
      if (!isSameContent(before, lstatSync(kept, { bigint: true }))) {
        if (isAt(place, ours)) renameSync(kept, place);
        else keepLate(late, kept, path);
        throw changed("it was written while it was replaced");
      }
      void dropLater(kept, path, before);
    },
    remove({ path, place, expected }) {
      const before = lookFor(place, expected);
      const kept = take(root, place);
      if (!isSameContent(before, lstatSync(kept, { bigint: true }))) {
        putBack(late, kept, { path, place });
        throw changed("it was written while it was removed");
      }
      void dropLater(kept, path, before);
    },
    move({ path, place }, to) {
      putNew(place, to);
      const moved = lstatSync(to, { bigint: true });
      const kept = takeIfThere(root, place);
      if (kept === undefined) return;
      // somebody else may have put something in its place
      if (isAt(kept, moved)) rmSync(kept, { force: true });
      else putBack(late, kept, { path, place });
    },
  };
}

interface Taking extends Pick<Expected, "path" | "place"> {
  readonly late: Late;
  readonly native: Pick<Native, "swap"> | undefined;
  readonly beside: string;
  /** What is expected in the place, and what is beside it. */
  readonly before: BigIntStats;
  readonly ours: BigIntStats;
}

/** What is beside takes the place of what is expected there, or nothing is changed. */
async function takePlace(taking: Taking): Promise<void> {
  const { late, path, place, beside, before, ours } = taking;
  if (!(await swapIn(taking))) {
    // as late as it can be: what somebody else puts there after this look is replaced
    if (!isAt(place, before)) throw replacedMeanwhile();
    renameSync(beside, place);
    return;
  }
  const out = lookAt(beside);
  // a file system that native nothing has replaced it
  if (out === undefined || out.ino === before.ino) return;
  // somebody else's, which goes back; if that came to be replaced too, it is the older one
  const isBack = await swapIn(taking).catch(() => false);
  if (!isBack) putBack(late, beside, { path, place });
  else if (!isAt(beside, ours)) keepLate(late, beside, path);
  throw replacedMeanwhile();
}

/** False where nothing can be swapped. */
async function swapIn({ native, path, place, beside, ours }: Taking): Promise<boolean> {
  const target = isAt(beside, ours) ? place : beside;
  try {
    return (await native?.swap(joinPath(parentOf(path), basename(beside)), path)) ?? false;
  } catch (error) {
    // refused: the folder may have been moved away, with all that is in it
    if (error instanceof SideError && error.kind !== "lost") throw error;
    // who does it is lost: it was done if that can be seen
    if (!isAt(target, ours)) throw replacedMeanwhile();
    return true;
  }
}

function replacedMeanwhile(): SideError {
  return changed("it was replaced at the same moment");
}

function isAt(place: string, { ino }: BigIntStats): boolean {
  return lookAt(place)?.ino === ino;
}

function putBack(late: Late, kept: string, { path, place }: Pick<Expected, "path" | "place">): void {
  try {
    putNew(kept, place);
    rmSync(kept, { force: true });
  } catch {
    // what stands there now is newer
    keepLate(late, kept, path);
  }
}

function takeIfThere(root: string, place: string): string | undefined {
  try {
    return take(root, place);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** Undefined where this system gives a file no second name. */
function link(root: string, place: string): string | undefined {
  for (const kept of namesAside(root, place)) {
    try {
      linkSync(place, kept);
      return kept;
    } catch (error) {
      if (!hasNoLinks(error)) throw error;
    }
  }
  return undefined;
}

function take(root: string, place: string): string {
  const [atRoot, beside] = namesAside(root, place);
  try {
    renameSync(place, atRoot);
    return atRoot;
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    renameSync(place, beside);
    return beside;
  }
}

/** At the root, and where something else is mounted below it, beside. */
function namesAside(root: string, place: string): readonly [atRoot: string, beside: string] {
  return [outOf(join(root, basename(place))), outOf(place)];
}
