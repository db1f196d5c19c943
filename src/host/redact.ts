/** Hides secrets in what is shown: one set of values for everything that a command prints. */
import { Transform } from "node:stream";
import { indexPatterns, type PatternIndex } from "./secrets/byte-patterns.ts";
import { type Finding, openScan } from "./secrets/scan-bytes.ts";
import { hidingPatterns } from "./secrets/secret-patterns.ts";

export interface Redaction {
  /** Hide these from now on. */
  add(values: Iterable<Uint8Array>): void;
  /** A text with `***` in the place of every value, of each of its lines, and of what they are encoded as. */
  text(text: string): string;
  /** All texts of a value made of plain objects and lists; keys stay. */
  deep<Value>(value: Value): Value;
  /** A stream that hides them wherever its chunks are cut; of a line that is not ended a little is held back. */
  stream(): Transform;
}

const hidden = Buffer.from("***");
const newline = 0x0a;

export function openRedaction(): Redaction {
  const known = new Map<string, Uint8Array>();
  let index: PatternIndex | undefined;
  const current = () => {
    index ??= indexPatterns([...known.values()].flatMap((value) => hidingPatterns({ name: "", value })));
    return index;
  };
  const text = (shown: string) => (known.size === 0 ? shown : redactText(current(), shown));
  return {
    add(values) {
      for (const value of values) {
        const key = Buffer.from(value).toString("latin1");
        if (known.has(key)) continue;
        known.set(key, value);
        index = undefined;
      }
    },
    text,
    deep: (value) => (known.size === 0 ? value : mapTexts(value, text)),
    stream: () => redactStream(current),
  };
}

function mapTexts<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === "string") return change(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, change)) as Value;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)])) as Value;
}

function redactText(index: PatternIndex, text: string): string {
  if (index.size === 0) return text;
  const bytes = Buffer.from(text);
  const masker = openMasker(index);
  const masked = masker.push(bytes, true);
  return masked.isChanged ? Buffer.concat(masked.parts).toString() : text;
}

/** Patterns hold whole lines, so nothing begins before the end of a line that is not known with it. */
function redactStream(index: () => PatternIndex): Transform {
  let masker: Masker | undefined;
  const use = () => {
    masker ??= openMasker(index());
    return masker;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = chunk.lastIndexOf(newline) + 1;
      const whole = end === 0 ? [] : use().push(chunk.subarray(0, end), true).parts;
      const rest = end === chunk.length ? [] : use().push(chunk.subarray(end), false).parts;
      done(null, Buffer.concat([...whole, ...rest]));
    },
    flush: (done) => done(null, Buffer.concat([...use().push(Buffer.alloc(0), true).parts])),
  });
}

interface Masked {
  readonly parts: readonly Buffer[];
  readonly isChanged: boolean;
}

interface Masker {
  push(chunk: Buffer, isEnd: boolean): Masked;
}

function openMasker(index: PatternIndex): Masker {
  let held: Buffer = Buffer.alloc(0);
  /** Offset of what is held. */
  let base = 0;
  /** The end of what was hidden last. */
  let maskedUntil = -1;
  let found: Finding[] = [];
  const scan = openScan(index, (finding) => found.push(finding));
  return {
    push(chunk, isEnd) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const settled = scan.push(chunk, isEnd);
      const parts: Buffer[] = [];
      let at = base;
      const copyUntil = (end: number) => {
        if (end > at) parts.push(held.subarray(at - base, end - base));
        at = Math.max(at, end);
      };
      const due = found.filter(({ start }) => start < settled).sort((one, other) => one.start - other.start);
      for (const { start, end } of due) {
        copyUntil(start);
        if (Math.max(start, base) > maskedUntil) parts.push(hidden);
        maskedUntil = Math.max(maskedUntil, end);
        at = Math.max(at, Math.min(end, settled));
      }
      copyUntil(settled);
      const isChanged = found.length > 0;
      found = found.filter(({ end }) => end > settled).map((one) => ({ ...one, start: Math.max(one.start, settled) }));
      held = held.subarray(settled - base);
      base = settled;
      return { parts, isChanged };
    },
  };
}
