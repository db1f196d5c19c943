import {
  type Entry,
  entriesAt,
  isEqual,
  mostAhead,
  mostBefore,
  type Pattern,
  type PatternIndex,
} from "./byte-patterns.ts";

/** A place in a stream that holds a pattern or a part of one, as offsets from its start. */
export interface Finding {
  readonly pattern: Pattern;
  readonly start: number;
  readonly end: number;
}

export interface ByteScan {
  /**
   * Take the next bytes. What is found is reported once it is certain, a long finding in parts. Gives the offset
   * before which nothing more will be found; with `isEnd` that is the end of these bytes.
   */
  push(chunk: Buffer, isEnd: boolean): number;
}

/** A part of a pattern that reaches to the end of what came so far. */
interface Run {
  readonly pattern: Pattern;
  readonly start: number;
  readonly least: number;
  /** What of the pattern comes next. */
  readonly at: number;
}

/** More that end at one place are parts of each other. */
const mostRuns = 8;

export function openScan(index: PatternIndex, report: (finding: Finding) => void): ByteScan {
  let data: Buffer = Buffer.alloc(0);
  let base = 0;
  let next = 0;
  let runs: readonly Run[] = [];
  /** Up to where the pieces of a pattern are known to be parts of what was found. */
  const known = new Map<Pattern, number>();
  const tell = ({ pattern, start, least }: Run, end: number, from = start) => {
    if (end - start < least) return;
    report({ pattern, start: from, end });
    known.set(pattern, end);
  };
  const goOn = (chunk: Buffer) => {
    const from = base + data.length;
    runs = runs.flatMap((run) => {
      const same = sameBytes(run.pattern.bytes, run.at, { data: chunk, at: 0 });
      const grown = { ...run, at: run.at + same };
      const isNew = from - run.start < run.least;
      if (same > 0) tell(grown, from + same, isNew ? run.start : from);
      return same === chunk.length && grown.at < run.pattern.bytes.length ? [grown] : [];
    });
  };
  const takeEntry = (entry: Entry, at: number) => {
    const { pattern, offset, length, least } = entry;
    if (at + length > data.length || !isEqual(entry, data, at)) return;
    if (least === undefined) return report({ pattern, start: base + at, end: base + at + length });
    if (base + at + length <= (known.get(pattern) ?? 0)) return;
    const before = sameBefore(pattern.bytes, offset, { data, at });
    const after = sameBytes(pattern.bytes, offset, { data, at });
    const run = { pattern, start: base + at - before, least, at: offset + after };
    tell(run, base + at + after);
    const isOpen = at + after === data.length && run.at < pattern.bytes.length;
    if (isOpen && runs.length < mostRuns) runs = [...runs, run];
  };
  return {
    push(chunk, isEnd) {
      if (runs.length > 0) goOn(chunk);
      data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
      const last = data.length - (isEnd ? 4 : mostAhead);
      for (; next <= last; next++) for (const entry of entriesAt(index, data, next)) takeEntry(entry, next);
      const kept = isEnd ? data.length : Math.max(0, next - mostBefore);
      data = data.subarray(kept);
      base += kept;
      next = isEnd ? 0 : next - kept;
      return base;
    },
  };
}

interface Place {
  readonly data: Buffer;
  readonly at: number;
}

function sameBytes(pattern: Buffer, from: number, { data, at }: Place): number {
  const most = Math.min(pattern.length - from, data.length - at);
  let same = 0;
  while (same < most && pattern[from + same] === data[at + same]) same++;
  return same;
}

function sameBefore(pattern: Buffer, from: number, { data, at }: Place): number {
  const most = Math.min(from, at, mostBefore);
  let same = 0;
  while (same < most && pattern[from - same - 1] === data[at - same - 1]) same++;
  return same;
}
