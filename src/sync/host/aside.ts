/**
 * What is replaced or removed stays for a moment under a temporary name: whoever had it open then may still write to it, and what
 * is written late is kept.
 */
import { type BigIntStats, linkSync, lstatSync, renameSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { errnoOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { SideError, type Stamp } from "../side.ts";
import { changed } from "./failure.ts";
import { keepLate, type Late } from "./keep.ts";
import type { Native } from "./native.ts";
import { lookAt, lookFor } from "./place.ts";
import { hasNoLinks, putNew } from "./put-new.ts";
import { isSameContent, stampOf } from "./stat.ts";
import type { Temporaries } from "./temporaries.ts";

export interface Aside {
  /** A finished file or link that stands beside it, at an absolute place, takes the place of what is expected. */
  replace(beside: string, what: Expected): Promise<void>;
  /** A file or a link goes. */
  remove(what: Expected): void;
  /** What is kept goes at once where it can be seen that nobody has it open to write. */
  hurry(): Promise<void>;
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
  readonly native: Pick<Native, "swap" | "discard"> | undefined;
  readonly temporaries: Temporaries;
}

interface Kept {
  readonly before: BigIntStats;
  /** Nobody waits for what is written late any more. */
  readonly early: AbortController;
}

export function createAside({ native, temporaries, ...late }: AsideOptions): Aside {
  const drops = createDrops({ native, ...late });
  const dropLater = (kept: string, path: Path, before: BigIntStats) =>
    temporaries.waitFor(drops.later(kept, path, before));
  return {
    async replace(beside, { path, place, expected }) {
      const before = lookFor(place, expected);
      const ours = lstatSync(beside, { bigint: true });
      const kept = link(temporaries, place, before);
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
      dropLater(kept, path, before);
    },
    remove({ path, place, expected }) {
      const before = lookFor(place, expected);
      const kept = take(temporaries, place, before);
      if (!isSameContent(before, lstatSync(kept, { bigint: true }))) {
        putBack(late, kept, { path, place });
        throw changed("it was written while it was removed");
      }
      dropLater(kept, path, before);
    },
    hurry: drops.hurry,
    move({ path, place }, to) {
      putNew(place, to);
      const moved = lstatSync(to, { bigint: true });
      const kept = takeIfThere(temporaries, place, moved);
      if (kept === undefined) return;
      // somebody else may have put something in its place
      if (isAt(kept, moved)) rmSync(kept, { force: true });
      else putBack(late, kept, { path, place });
    },
  };
}

type DropOptions = Late & Pick<AsideOptions, "native">;

/** What is kept goes, unless it was written to. */
function createDrops({ native, ...late }: DropOptions) {
  const waiting = new Map<string, Kept>();
  return {
    async later(kept: string, path: Path, before: BigIntStats): Promise<void> {
      const early = new AbortController();
      waiting.set(kept, { before, early });
      await setTimeout(lateMs, undefined, { signal: early.signal }).catch(() => undefined);
      waiting.delete(kept);
      try {
        const after = lookAt(kept);
        if (after === undefined) return;
        if (isSameContent(before, after)) rmSync(kept, { force: true });
        else keepLate(late, kept, path);
      } catch {
        // the next look at its folder finds it
      }
    },
    async hurry(): Promise<void> {
      await Promise.all(
        Array.from(waiting, async ([kept, { before, early }]) => {
          const stats = lookAt(kept);
          if (stats === undefined || !isSameContent(before, stats)) return;
          if (await native?.discard(relative(late.root, kept), stampOf(stats))) early.abort();
        }),
      );
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
async function swapIn({ late, native, path, place, beside, ours }: Taking): Promise<boolean> {
  const target = isAt(beside, ours) ? place : beside;
  try {
    return (await native?.swap(relative(late.root, beside), path)) ?? false;
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

function takeIfThere(temporaries: Temporaries, place: string, old: BigIntStats): string | undefined {
  try {
    return take(temporaries, place, old);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** Undefined where this system gives a file no second name. */
function link(temporaries: Temporaries, place: string, old: BigIntStats): string | undefined {
  const kept = temporaries.outOf(place, old);
  try {
    linkSync(place, kept);
    return kept;
  } catch (error) {
    // what is to take its place stands there too
    if (!hasNoLinks(error) || errnoOf(error) === "EXDEV") throw error;
    return undefined;
  }
}

function take(temporaries: Temporaries, place: string, old: BigIntStats): string {
  const kept = temporaries.outOf(place, old);
  try {
    renameSync(place, kept);
    return kept;
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    temporaries.avoid(place);
    const beside = temporaries.outOf(place, old);
    renameSync(place, beside);
    return beside;
  }
}
