/** What is looked for so that no part of a secret is shown or kept. */
import { type Pattern, shortest } from "./byte-patterns.ts";
import { encodingsOf } from "./encodings.ts";

export interface NamedValue {
  readonly name: string;
  readonly value: Uint8Array;
}

/** A secret of many lines is a list: each line is looked for as it is, and the whole in all forms. */
const mostEncodedLines = 256;

/** For hiding: rather too much than too little. Values under four bytes have none. */
export function hidingPatterns({ name, value }: NamedValue): readonly Pattern[] {
  const bytes = Buffer.from(value);
  // as a program's output is read, of which not all has to be text
  const text = bytes.toString("utf8");
  const readings = Buffer.from(text).equals(bytes) ? [bytes] : [bytes, Buffer.from(text)];
  const parts = readings.flatMap((reading) => [reading, trimmed(reading), ...linesOf(reading)]);
  const isList = parts.length > mostEncodedLines;
  const forms = isList
    ? [...parts, ...encodingsOf(bytes), ...encodingsOf(trimmed(bytes))]
    : distinct(parts).flatMap(encodingsOf);
  return patternsOf(name, forms, shortest);
}

function patternsOf(name: string, forms: readonly Buffer[], least: number): readonly Pattern[] {
  return distinct(forms)
    .filter(({ length }) => length >= least)
    .map((bytes) => ({ name, bytes }));
}

function distinct(forms: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(forms.map((bytes) => [bytes.toString("latin1"), bytes])).values()];
}

function trimmed(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""), "latin1");
}

function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines = bytes.toString("latin1").split(/\r\n|\r|\n/);
  return lines.length === 1 ? [] : lines.map((line) => trimmed(Buffer.from(line, "latin1")));
}
