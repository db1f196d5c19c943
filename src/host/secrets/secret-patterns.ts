/** What is looked for so that no part of a secret is shown or kept. */
import { type Pattern, shortest } from "./byte-patterns.ts";
import { codesOf, encodingsOf, escapesOf } from "./encodings.ts";

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

/** Encoded forms and lines say less by the byte than a whole value: a few of them stand in any large file by chance. */
const shortestForm = 8;

/** For telling that a file holds it: what stands in files of others too, as the frame of a key does, is no finding. */
export function findingPatterns({ name, value }: NamedValue): readonly Pattern[] {
  const bytes = Buffer.from(value);
  const whole = trimmed(bytes);
  if (whole.length < shortest) return patternsOf(name, [bytes], shortest);
  const words = jsonWords(whole);
  const lines = linesOf(whole);
  const parts = words ?? lines.filter((line) => !isFrame(line));
  const isList = parts.length > mostEncodedLines;
  const isOne = lines.length === 0 && words === undefined;
  const forms = [
    ...blocksOf(whole).flatMap(codesOf),
    ...(isOne ? [whole, ...escapesOf(whole)] : parts),
    ...(isList ? [] : parts.flatMap((part) => [...codesOf(part), ...escapesOf(part)])),
  ];
  return [
    ...wholePatterns(name, [bytes, whole, withLineEnds(whole, "\r\n"), withLineEnds(whole, "\n"), ...escapesOf(whole)]),
    ...patternsOf(name, forms, shortestForm),
  ];
}

/** What stands between the frames of keys. */
function blocksOf(value: Buffer): readonly Buffer[] {
  const blocks = value.toString("latin1").split(/^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/m);
  return blocks.map((block) => trimmed(Buffer.from(block, "latin1"))).filter(({ length }) => length >= shortest);
}

function wholePatterns(name: string, forms: readonly Buffer[]): readonly Pattern[] {
  return patternsOf(name, forms, shortest).map((pattern) => ({ ...pattern, least: pattern.bytes.length }));
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

function withLineEnds(bytes: Buffer, end: string): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll(/\r\n|\n/g, end), "latin1");
}

/** `-----BEGIN PRIVATE KEY-----`. */
function isFrame(line: Buffer): boolean {
  return /^-----(BEGIN|END) [A-Z0-9 ]+-----$/.test(line.toString("latin1"));
}

const shortestWord = 16;

/** The texts of a JSON document that are no address and no sentence, as the key of a cloud's account; undefined for what is no JSON. */
function jsonWords(bytes: Buffer): readonly Buffer[] | undefined {
  if (!/^[{[]/.test(bytes.toString("latin1", 0, 1))) return undefined;
  try {
    const texts = textsOf(JSON.parse(bytes.toString("utf8")));
    const lines = texts.flatMap((text) => text.split(/\r?\n/)).map((line) => Buffer.from(line));
    return lines.filter(
      (line) => line.length >= shortestWord && !/[\s@]|:\/\//.test(line.toString()) && !isFrame(line),
    );
  } catch {
    return undefined;
  }
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
