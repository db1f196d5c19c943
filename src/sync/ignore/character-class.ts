/** What stands between brackets in a pattern, as git reads it. */

export interface ClassQuestion {
  readonly pattern: string;
  /** Where the class begins, with its bracket. */
  readonly begin: number;
  /** Which may be in it; a small letter, where the case does not count. */
  readonly byte: number;
  readonly ignoresCase: boolean;
}

export interface ClassAnswer {
  readonly holds: boolean;
  /** Of its last bracket. */
  readonly end: number;
}

/** Undefined where the class is malformed: nothing matches it. */
export function readClass({ pattern, begin, byte, ignoresCase }: ClassQuestion): ClassAnswer | undefined {
  const isNegated = pattern[begin + 1] === "!" || pattern[begin + 1] === "^";
  let holds = false;
  let before = 0;
  let at = begin + (isNegated ? 2 : 1);
  // a bracket that comes first is one of the bytes
  do {
    const member = readMember(pattern, at, before);
    if (member === undefined) return undefined;
    holds ||= member.holds(byte) || (ignoresCase && byte >= 97 && byte <= 122 && member.holds(byte - 32, true));
    before = member.begins;
    at = member.end + 1;
  } while (pattern[at] !== "]");
  return { holds: holds !== isNegated, end: at };
}

interface Member {
  /** `isCapital`: the byte itself is not in it, but it may be meant by it. */
  holds(byte: number, isCapital?: boolean): boolean;
  /** Its last byte. */
  readonly end: number;
  /** The byte with which a range may begin after it; 0 for none. */
  readonly begins: number;
}

/** The next of the class; `before` may begin a range. */
function readMember(pattern: string, at: number, before: number): Member | undefined {
  const [first, next] = [pattern[at], pattern[at + 1]];
  if (first === "-" && before !== 0 && next !== undefined && next !== "]") {
    const last = readByte(pattern, at + 1);
    return last && { holds: (byte) => byte >= before && byte <= last.code, end: last.end, begins: 0 };
  }
  if (first === "[" && next === ":") {
    const end = pattern.indexOf("]", at + 2);
    if (end < 0) return undefined;
    if (pattern[end - 1] === ":" && end > at + 2) return readNamed(pattern.slice(at + 2, end - 1), end);
  }
  const one = readByte(pattern, at);
  return one && { holds: (byte, isCapital) => byte === one.code && isCapital !== true, end: one.end, begins: one.code };
}

/** One that may be escaped. */
function readByte(pattern: string, at: number): { readonly code: number; readonly end: number } | undefined {
  const end = pattern[at] === "\\" ? at + 1 : at;
  return end < pattern.length ? { code: pattern.charCodeAt(end), end } : undefined;
}

function readNamed(name: string, end: number): Member | undefined {
  const ranges = named[name];
  const isIn = (byte: number) => ranges?.some(([first, last]) => byte >= first && byte <= last) === true;
  // of a capital, git knows by the small letter whether `upper` is meant
  const holds = (byte: number, isCapital = false) => isIn(byte) && (!isCapital || name === "upper");
  return ranges && { holds, end, begins: 0 };
}

type Range = readonly [first: number, last: number];

const digit: Range = [0x30, 0x39];
const lower: Range = [0x61, 0x7a];
const upper: Range = [0x41, 0x5a];

/** Of ASCII alone. */
const named: Readonly<Record<string, readonly Range[]>> = {
  alnum: [digit, lower, upper],
  alpha: [lower, upper],
  blank: [
    [0x20, 0x20],
    [0x09, 0x09],
  ],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: [digit],
  graph: [[0x21, 0x7e]],
  lower: [lower],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x20, 0x20],
    [0x09, 0x0d],
  ],
  upper: [upper],
  xdigit: [digit, [0x41, 0x46], [0x61, 0x66]],
};
