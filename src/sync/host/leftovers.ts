/** What a process that was killed left in the middle of a change. */
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Path } from "../entry.ts";
import { joinPath } from "../tree.ts";
import { lookAt, placeOf, wayOf } from "./place.ts";

export interface Sweeper {
  /** A temporary name stands in a folder. */
  found(folder: Path, name: string): void;
  close(): void;
}

export interface SweeperOptions {
  /** Absolute real path. */
  readonly root: string;
  /** A name for content that came too late to the file at this path. */
  nameLate(path: Path): Path;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Another process that lives may still be at work with what is younger. Milliseconds. */
const youngMs = 10_000;
/** This process itself is done by then with what it set aside. Its folder may have been moved meanwhile, so that it was not found again. */
const ownYoungMs = 1_000;

/** Removes what is left; content that was written after it had been set aside is kept under a name that tells of it. */
export function openSweeper(options: SweeperOptions): Sweeper {
  const timers = new Set<NodeJS.Timeout>();
  const sweep = (folder: Path, name: string) => {
    try {
      const waitMs = sweepOne(options, folder, name);
      if (waitMs === 0) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        sweep(folder, name);
      }, waitMs);
      timers.add(timer.unref());
    } catch {
      // it stays until the next start
    }
  };
  return {
    found(folder, name) {
      const { isOwn, way } = wayOf(name);
      if (!isOwn || way === "out") sweep(folder, name);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** A change may have left its mark this late, nanoseconds. */
const tickNs = 20_000_000n;

/** Returns after how long to look again; 0: it is done. */
function sweepOne({ root, nameLate, now }: SweeperOptions, folder: Path, name: string): number {
  const place = placeOf(root, joinPath(folder, name));
  const stats = lookAt(place);
  if (stats === undefined || stats.isDirectory()) return 0;
  const ageMs = now() - Number(stats.ctimeNs / 1_000_000n);
  const untilMs = wayOf(name).isOwn ? ownYoungMs : youngMs;
  if (ageMs < untilMs) return untilMs - Math.max(0, ageMs) + 1;
  // setting aside changes the time of the inode alone, and writing both
  const isWrittenLate = wayOf(name).way === "out" && stats.isFile() && stats.mtimeNs + tickNs >= stats.ctimeNs;
  if (isWrittenLate) renameSync(place, join(root, nameLate(joinPath(folder, "recovered"))));
  else rmSync(place);
  return 0;
}
