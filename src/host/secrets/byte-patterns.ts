/** Many byte strings looked for at once: literally, in one pass over a stream, with little of it in memory. */

export interface Pattern {
  /** What a finding is told by. */
  readonly name: string;
  /** At least `shortest`. */
  readonly bytes: Buffer;
  /** So many bytes of it in a row are a finding; undefined: any part that is long enough to be no chance. */
  readonly least?: number | undefined;
}

export interface PatternIndex {
  /** How many patterns there are. */
  readonly size: number;
  readonly filter: Uint8Array;
  readonly short: ReadonlyMap<number, readonly Entry[]>;
  readonly long: ReadonlyMap<number, readonly Entry[]>;
}

/** What begins where the table says so: a whole pattern, or a piece of a long one. */
export interface Entry {
  readonly pattern: Pattern;
  /** Of the piece in its pattern. */
  readonly offset: number;
  /** How many bytes have to be the same. */
  readonly length: number;
  /** Undefined for a whole pattern. */
  readonly least: number | undefined;
}

/** Shorter values stand everywhere by chance. */
export const shortest = 4;
/** From here on a pattern is known by its pieces, so that a part of it is found too. */
const longFrom = 48;
const pieceLength = 16;
/** Of a pattern of any length, and of one that has too many pieces. */
const pieceSteps = { usual: 16, huge: 40 };
const hugeFrom = 4 * 1024;
/** What repeats itself has the same piece in many places. */
const mostAlike = 8;

/** How far before a piece the part that it belongs to may begin. */
export const mostBefore: number = pieceSteps.huge;
/** How far ahead one must see to know what begins at a place. */
export const mostAhead: number = Math.max(longFrom, pieceLength);

const isShort = 1;
const isLong = 2;

export function indexPatterns(patterns: readonly Pattern[]): PatternIndex {
  const short = new Map<number, Entry[]>();
  const long = new Map<number, Entry[]>();
  for (const pattern of patterns) for (const entry of entriesOf(pattern)) addEntry(entry, { short, long });
  const filter = new Uint8Array(filterSize(short.size + long.size));
  for (const [entries, mark] of [
    [short, isShort],
    [long, isLong],
  ] as const) {
    for (const [{ pattern, offset } = undefined as never] of entries.values()) {
      const slot = slotOf(firstFour(pattern.bytes, offset), filter);
      filter[slot] = (filter[slot] ?? 0) | mark;
    }
  }
  return { size: patterns.length, filter, short, long };
}

function filterSize(entries: number): number {
  return 2 ** Math.min(24, Math.max(16, Math.ceil(Math.log2(entries * 16 + 1))));
}

function entriesOf(pattern: Pattern): readonly Entry[] {
  const { length } = pattern.bytes;
  if (length < longFrom) return [{ pattern, offset: 0, length, least: undefined }];
  if (pattern.least === length) return [{ pattern, offset: 0, length: pieceLength, least: length }];
  const step = length > hugeFrom ? pieceSteps.huge : pieceSteps.usual;
  // a part of this length holds a whole piece, wherever it begins
  const least = pattern.least ?? step + pieceLength;
  const entries: Entry[] = [];
  for (let offset = 0; offset + pieceLength <= length; offset += step) {
    entries.push({ pattern, offset, length: pieceLength, least });
  }
  return entries;
}

function addEntry(entry: Entry, { short, long }: Record<"short" | "long", Map<number, Entry[]>>): void {
  const { bytes } = entry.pattern;
  const isFew = entry.length < 8;
  const table = isFew ? short : long;
  const key = isFew ? firstFour(bytes, entry.offset) : firstEight(bytes, entry.offset);
  const known = table.get(key);
  if (known === undefined) table.set(key, [entry]);
  else if (entry.least === undefined || known.filter((one) => isSamePiece(one, entry)).length < mostAlike) {
    known.push(entry);
  }
}

function isSamePiece(one: Entry, other: Entry): boolean {
  if (one.least === undefined) return false;
  return isEqual(one, other.pattern.bytes, other.offset);
}

/** Whether an entry stands at a place that has its bytes. */
export function isEqual({ pattern, offset, length }: Entry, data: Buffer, at: number): boolean {
  const { bytes } = pattern;
  for (let index = 0; index < length; index++) if (bytes[offset + index] !== data[at + index]) return false;
  return true;
}

/** The entries that may begin at a place with at least four bytes after it. */
export function entriesAt({ filter, short, long }: PatternIndex, data: Buffer, at: number): readonly Entry[] {
  const four = firstFour(data, at);
  const mark = filter[slotOf(four, filter)] ?? 0;
  if (mark === 0) return none;
  const few = (mark & isShort) === 0 ? none : (short.get(four) ?? none);
  const many = (mark & isLong) === 0 || at + 8 > data.length ? none : (long.get(firstEight(data, at)) ?? none);
  if (few.length === 0) return many;
  return many.length === 0 ? few : [...few, ...many];
}

const none: readonly Entry[] = [];

function slotOf(four: number, filter: Uint8Array): number {
  return (Math.imul(four, 0x9e3779b1) >>> 8) & (filter.length - 1);
}

function firstFour(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** Not exact, and need not be: what it leads to is compared byte by byte. */
function firstEight(bytes: Buffer, at: number): number {
  return firstFour(bytes, at) * 4_294_967_296 + firstFour(bytes, at + 4);
}
