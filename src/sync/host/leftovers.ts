/** What a process that was killed left in the middle of a change. */
import { type BigIntStats, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Path } from "../entry.ts";
import { incomplete, temporaryFolder, temporaryPrefix } from "../side.ts";
import { joinPath } from "../tree.ts";
import { keepLate, type Late } from "./keep.ts";
import { lookAt, placeOf } from "./place.ts";
import { removeIfEmpty } from "./temporaries.ts";
import { isNobodys, readName } from "./temporary-name.ts";

export interface Sweeper {
  /** All that is in the folder for it, which goes if nothing stays. */
  sweep(): void;
  /** A temporary name stands in a folder. */
  found(folder: Path, name: string): void;
  close(): void;
}

export interface SweeperOptions extends Late {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether this process is at work with what has this name. */
  isInUse(name: string): boolean;
}

/** Another process that may live may still be at work with what is younger. Milliseconds. */
const youngMs = 10_000;
/** This process itself is done by then with what it set aside. Where its folder was moved meanwhile, it was not found again. */
const ownYoungMs = 1_000;

/** Removes what is left; content that was written after it had been set aside is kept under a name that tells of it. */
export function openSweeper(options: SweeperOptions): Sweeper {
  const timers = new Set<NodeJS.Timeout>();
  const found = (folder: Path, name: string) => {
    if (options.isInUse(name)) return;
    try {
      const waitMs = sweepOne(options, folder, name);
      if (waitMs === 0) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        found(folder, name);
      }, waitMs);
      timers.add(timer.unref());
    } catch {
      // it stays until the next start
    }
  };
  return {
    found,
    sweep() {
      const folder = join(options.root, temporaryFolder);
      if (lookAt(folder)?.isDirectory() !== true) return;
      for (const name of readdirSync(folder)) if (name.startsWith(temporaryPrefix)) found(temporaryFolder, name);
      removeIfEmpty(folder);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Returns after how long to look again; 0: it is done. */
function sweepOne({ now, ...late }: SweeperOptions, folder: Path, name: string): number {
  const place = placeOf(late.root, joinPath(folder, name));
  const stats = lookAt(place);
  if (stats === undefined) return 0;
  const named = readName(name);
  // nobody of ours made that
  if (named === undefined && stats.isDirectory() && !name.startsWith(oldOut)) return 0;
  const ageMs = now() - Number(stats.ctimeNs / 1_000_000n);
  const untilMs = named?.owner === "ended" ? 0 : named?.owner === "own" ? ownYoungMs : youngMs;
  if (ageMs < untilMs) return untilMs - Math.max(0, ageMs) + 1;
  if (named === undefined ? isOldNobodys(stats) : isNobodys(stats, named.facts)) rmSync(place);
  else keepLate(late, place, joinPath(folder === temporaryFolder ? "" : folder, "recovered"));
  return 0;
}

const oldOut = `${temporaryPrefix}out.`;
/** A change may have left its mark this late, nanoseconds. */
const tickNs = 20_000_000n;

/**
 * Of a name that an earlier version gave. Setting aside changes the time of the inode alone, and writing both. A swap leaves what
 * it took out under a name of either way.
 */
function isOldNobodys(stats: BigIntStats): boolean {
  if (stats.isDirectory()) return false;
  const isComplete = (stats.mode & 0o777n & ~BigInt(incomplete)) !== 0n;
  const isLate = stats.isFile() && isComplete && stats.nlink === 1n && stats.mtimeNs + tickNs >= stats.ctimeNs;
  return !isLate;
}
