/**
 * Temporary names. Each tells which process gave it, and what may stand under it without being anybody's work: what was set aside
 * for it and was not written to since, or what was to take its place. So whoever finds one later needs to know nothing else.
 */
import type { BigIntStats } from "node:fs";
import { incomplete, temporaryPrefix } from "../side.ts";
import { type OwnerState, ownMark, stateOf } from "./owner.ts";

export interface Facts {
  /** What is taken out of a place. */
  readonly old?: Pick<BigIntStats, "ino" | "size" | "mtimeNs"> | undefined;
  /** What is to be put there. */
  readonly new?: { readonly size: number; readonly mtimeNs: bigint } | undefined;
}

export interface Named {
  readonly owner: OwnerState;
  readonly facts: Facts;
}

let count = 0;

/** Of nobody else. */
export function newName({ old, new: made }: Facts): string {
  count += 1;
  const serial = count.toString(36);
  const before = old === undefined ? "" : `.old_${[old.ino, old.size, old.mtimeNs].map(print).join("_")}`;
  const after = made === undefined ? "" : `.new_${print(BigInt(made.size))}_${print(made.mtimeNs)}`;
  return `${temporaryPrefix}${ownMark}-${serial}${before}${after}`;
}

const digits = "(-?[0-9a-z]+)";
const pattern = new RegExp(
  `^\\.devenv-sync\\.([0-9a-f]{8}-[0-9a-z]+-[0-9a-z]+)-[0-9a-z]+(?:\\.old_${digits}_${digits}_${digits})?(?:\\.new_${digits}_${digits})?$`,
);

/** Undefined for a name of another form: an earlier version gave it. */
export function readName(name: string): Named | undefined {
  const [, mark = "", ino, size, mtime, newSize, newMtime] = pattern.exec(name) ?? [];
  if (mark === "") return undefined;
  const old =
    ino !== undefined && size !== undefined && mtime !== undefined
      ? { ino: parse(ino), size: parse(size), mtimeNs: parse(mtime) }
      : undefined;
  const made =
    newSize !== undefined && newMtime !== undefined
      ? { size: Number(parse(newSize)), mtimeNs: parse(newMtime) }
      : undefined;
  return { owner: stateOf(mark), facts: { old, new: made } };
}

/** Times are set by way of a number of seconds, which is not exact. Nanoseconds. */
const inexactNs = 2_000n;

/** Whether what stands under the name is nobody's work; what has another name too is not lost with this one. */
export function isNobodys(stats: BigIntStats, { old, new: made }: Facts): boolean {
  if (stats.isDirectory()) return false;
  const isComplete = (stats.mode & 0o777n & ~BigInt(incomplete)) !== 0n;
  if (!stats.isFile() || !isComplete || stats.nlink > 1n) return true;
  const isOld = old?.ino === stats.ino && old.size === stats.size && old.mtimeNs === stats.mtimeNs;
  return isOld || (made !== undefined && BigInt(made.size) === stats.size && isNear(made.mtimeNs, stats.mtimeNs));
}

function isNear(one: bigint, other: bigint): boolean {
  const apart = one - other;
  return apart < inexactNs && apart > -inexactNs;
}

function print(number: bigint): string {
  return number.toString(36);
}

function parse(text: string): bigint {
  const isNegative = text.startsWith("-");
  let number = 0n;
  for (const digit of isNegative ? text.slice(1) : text)
    number = number * 36n + BigInt(Number.parseInt(digit, 36) || 0);
  return isNegative ? -number : number;
}
