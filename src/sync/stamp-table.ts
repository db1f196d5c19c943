/** The stamps of what is in a folder, by name: in little room once they are packed, and quick to change before that. */
import type { Stamp } from "./side.ts";

export interface StampTable {
  get(name: string): Stamp | undefined;
  set(name: string, stamp: Stamp): void;
  delete(name: string): void;
  /** Into as little room as they take; `share` gives the same string for each equal one. */
  pack(share: (name: string) => string): void;
}

export function createStampTable(): StampTable {
  /** Sorted, each with its stamp at the same index; no number for one that is gone. */
  let names: readonly string[] = [];
  let stamps: number[] = [];
  let unpacked: Map<string, Stamp> | undefined;
  return {
    get(name) {
      const found = unpacked?.get(name);
      if (found !== undefined || names.length === 0) return found;
      const stamp = stamps[indexOf(names, name)];
      return stamp === undefined || Number.isNaN(stamp) ? undefined : stamp;
    },
    set(name, stamp) {
      const index = indexOf(names, name);
      if (index >= 0) stamps[index] = stamp;
      else {
        unpacked ??= new Map();
        unpacked.set(name, stamp);
      }
    },
    delete(name) {
      const index = indexOf(names, name);
      if (index >= 0) stamps[index] = Number.NaN;
      else unpacked?.delete(name);
    },
    pack(share) {
      if (unpacked === undefined || unpacked.size === 0) return;
      const all = names.flatMap((name, index): [string, number][] => {
        const stamp = stamps[index] ?? Number.NaN;
        return Number.isNaN(stamp) ? [] : [[name, stamp]];
      });
      for (const [name, stamp] of unpacked) all.push([share(name), stamp]);
      all.sort(([one], [other]) => (one < other ? -1 : 1));
      names = all.map(([name]) => name);
      stamps = all.map(([, stamp]) => stamp);
      unpacked = undefined;
    },
  };
}

/** -1 where it is not. */
function indexOf(names: readonly string[], name: string): number {
  if (names.length === 0) return -1;
  let from = 0;
  let to = names.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((names[middle] as string) < name) from = middle + 1;
    else to = middle;
  }
  return names[from] === name ? from : -1;
}
