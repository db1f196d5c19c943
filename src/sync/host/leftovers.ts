/** What a process that was killed left in the middle of a change. */
import { type BigIntStats, rmSync } from "node:fs";
import type { Path } from "../entry.ts";
import { incomplete } from "../side.ts";
import { joinPath } from "../tree.ts";
import { keepLate, type Late } from "./keep.ts";
import { lookAt, placeOf } from "./place.ts";
import { temporaryOf } from "./temporary.ts";

export interface Sweeper {
  /** A temporary name stands in a folder. */
  found(folder: Path, name: string): void;
  close(): void;
}

export interface SweeperOptions extends Late {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Another process that lives may still be at work with what is younger. Milliseconds. */
const youngMs = 10_000;
/** This process itself is done by then with what it set aside. Where its folder was moved meanwhile, it was not found again. */
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
      if (!temporaryOf(name).isInUse) sweep(folder, name);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** A change may have left its mark this late, nanoseconds. */
const tickNs = 20_000_000n;

/** Returns after how long to look again; 0: it is done. */
function sweepOne({ now, ...late }: SweeperOptions, folder: Path, name: string): number {
  const { isOwn, way } = temporaryOf(name);
  const place = placeOf(late.root, joinPath(folder, name));
  const stats = lookAt(place);
  if (stats === undefined || (stats.isDirectory() && way === "in")) return 0;
  const ageMs = now() - Number(stats.ctimeNs / 1_000_000n);
  const untilMs = isOwn ? ownYoungMs : youngMs;
  if (ageMs < untilMs) return untilMs - Math.max(0, ageMs) + 1;
  if (stats.isDirectory() || isWrittenLate(stats)) keepLate(late, place, joinPath(folder, "recovered"));
  else rmSync(place);
  return 0;
}

/**
 * Setting aside changes the time of the inode alone, and writing both. A swap leaves what it took out under a name of either
 * way. What has another name too is not lost with this one.
 */
function isWrittenLate(stats: BigIntStats): boolean {
  const isComplete = (stats.mode & 0o777n & ~BigInt(incomplete)) !== 0n;
  return stats.isFile() && isComplete && stats.nlink === 1n && stats.mtimeNs + tickNs >= stats.ctimeNs;
}
