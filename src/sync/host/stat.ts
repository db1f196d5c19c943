import type { BigIntStats } from "node:fs";
import { type Stamp, type Stat, sparseSize } from "../side.ts";

/**
 * Clocks of file systems tick this coarsely at worst, nanoseconds: two changes within a tick may leave the same
 * times. Kernels before 6.13 take the time of the last timer interrupt, at most 10 ms ago.
 */
const tickNs = 20_000_000n;

/** `target` is what a link leads to, as it is written. */
export function statOf(stats: BigIntStats, target?: string): Stat {
  const age = BigInt(Date.now()) * 1_000_000n - stats.ctimeNs;
  return {
    kind: kindOf(stats),
    mode: Number(stats.mode & 0o777n),
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    stamp: stampOf(stats),
    inode: Number(identityOf(stats)),
    isFresh: age < tickNs,
    ...(target === undefined ? {} : { target }),
  };
}

/**
 * Tells a folder from another one of the same path. The number of one that was removed is given to the next that is made,
 * so that the time of its birth counts too.
 */
export function identityOf({ ino, birthtimeNs }: BigIntStats): bigint {
  return BigInt.asUintN(53, ino * 1_000_003n + birthtimeNs);
}

function kindOf(stats: BigIntStats): Stat["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "link" : "other";
}

/** Odd factors, so that no single field's change gives the same number. `agent/tree.c` comes to the same. */
export function stampOf({ ino, size, mtimeNs, ctimeNs, mode }: BigIntStats): Stamp {
  const mixed = ctimeNs + mtimeNs * 31n + ino * 1_000_003n + size * 8_191n + mode * 131n;
  return Number(BigInt.asUintN(53, mixed)) || 1;
}

/** Whether two looks at one file saw the same bytes: renaming and linking it change its `ctime` alone. */
export function isSameContent(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.size === other.size && one.mtimeNs === other.mtimeNs;
}

/** Whether a large file is mostly holes. */
export function isSparse({ size, blocks }: BigIntStats): boolean {
  return size >= BigInt(sparseSize) && blocks * 512n * 16n < size;
}
