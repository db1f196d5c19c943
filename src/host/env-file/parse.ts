/** The language of env files as `docker compose` reads them. */
import { expandVariables, type Lookup } from "./expand.ts";
import { type Cursor, EnvFileFault, type Place } from "./fault.ts";

export interface ParsedEnvFile {
  readonly variables: ReadonlyMap<string, string>;
  /** Where a variable is named that nothing defines: what names it gets nothing, or is left out. */
  readonly unset: readonly { readonly line: number; readonly column: number; readonly isName: boolean }[];
}

/**
 * `NAME=value` or `NAME: value`, `export` before it or not; a name alone takes the outer variable. Throws
 * EnvFileFault, which holds nothing of the text.
 */
export function parseEnvFile(text: string, outer: Lookup): ParsedEnvFile {
  const variables = new Map<string, string>();
  const unset: ParsedEnvFile["unset"][number][] = [];
  const look = (name: string) => variables.get(name) ?? outer(name);
  const placeOfNext = openPlaces(text);
  const tellUnset = (at: number, isName: boolean) => unset.push({ ...placeOfNext(at), isName });
  let at = nextStatement(text, 0);
  while (at < text.length) {
    const name = readName({ text, at });
    if (name.hasValue) {
      const value = readValue({ text, at: name.end });
      const expand = (part: string, start: number) =>
        expandVariables(part, { look, onUnset: () => tellUnset(start, false), cursor: { text, at: start } });
      variables.set(name.text, value.isLiteral ? value.text : expand(value.text, value.start));
      at = nextStatement(text, value.end);
    } else {
      const inherited = outer(name.text);
      if (inherited === undefined) tellUnset(at, true);
      else variables.set(name.text, inherited);
      at = nextStatement(text, name.end);
    }
  }
  return { variables, unset };
}

/** Places one after another: each looks only at what is between it and the one before. */
function openPlaces(text: string): (at: number) => Place {
  let line = 1;
  let lineStart = 0;
  return (at) => {
    for (let end = text.indexOf("\n", lineStart); end >= 0 && end < at; end = text.indexOf("\n", lineStart)) {
      line++;
      lineStart = end + 1;
    }
    return { line, column: at - lineStart + 1 };
  };
}

/** Past blanks, line ends and comments. */
function nextStatement(text: string, from: number): number {
  // one step at a time: a pattern for all of them at once would need memory for each
  const pattern = /\s+|#[^\n]*/y;
  let at = from;
  for (pattern.lastIndex = at; pattern.test(text); ) at = pattern.lastIndex;
  return at;
}

interface Name {
  readonly text: string;
  readonly hasValue: boolean;
  /** Where the value begins. */
  readonly end: number;
}

function readName({ text, at }: Cursor): Name {
  const [prefix = ""] = /^export[^\S\n]+/.exec(text.slice(at, at + 100)) ?? [];
  const start = at + prefix.length;
  let end = start;
  while (end < text.length && !"=:\n".includes(text[end] ?? "")) end++;
  const written = text.slice(start, end);
  const name = written.trimEnd();
  const wrong = name.search(/[^\p{L}\p{N}_.\-[\]]/u);
  if (wrong >= 0) {
    const isBlank = /\s/.test(name[wrong] ?? "");
    throw new EnvFileFault(isBlank ? "blank-in-name" : "character-in-name", { text, at: start + wrong });
  }
  if (name === "") throw new EnvFileFault("no-name", { text, at: start });
  const hasValue = text[end] === "=" || text[end] === ":";
  return { text: name, hasValue, end: hasValue ? end + 1 : end };
}

interface Value {
  readonly text: string;
  /** In single quotes. */
  readonly isLiteral: boolean;
  readonly start: number;
  readonly end: number;
}

function readValue({ text, at }: Cursor): Value {
  const [blanks = ""] = /^[^\S\n]*/.exec(text.slice(at)) ?? [];
  const start = at + blanks.length;
  const quote = text[start];
  if (quote === '"' || quote === "'") return readQuoted({ text, at: start }, quote);
  const lineEnd = text.indexOf("\n", start);
  const end = lineEnd < 0 ? text.length : lineEnd;
  // a comment has a blank before it: `abc#def` is a value
  const [value = ""] = text.slice(start - Math.min(1, blanks.length), end).split(/ #/, 1);
  return { text: value.trim(), isLiteral: false, start, end };
}

/** Over lines, to the next quote of its kind that has no backslash before it. */
function readQuoted({ text, at }: Cursor, quote: string): Value {
  let value = "";
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "\\" && index + 1 < text.length) {
      const next = text[++index] ?? "";
      value += next === quote ? next : `\\${next}`;
    } else if (character === quote) {
      requireLineEnd({ text, at: index + 1 });
      const isLiteral = quote === "'";
      return { text: isLiteral ? value : resolveEscapes(value), isLiteral, start: at, end: index + 1 };
    } else value += character;
  }
  throw new EnvFileFault("quote-not-closed", { text, at });
}

function requireLineEnd({ text, at }: Cursor): void {
  const lineEnd = text.indexOf("\n", at);
  const rest = text.slice(at, lineEnd < 0 ? undefined : lineEnd);
  const wrong = rest.search(/\S/);
  if (wrong >= 0 && rest[wrong] !== "#") throw new EnvFileFault("text-after-quote", { text, at: at + wrong });
}

const escapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  // as it is written where variables are expanded
  $: "$$",
};

/** In double quotes; a backslash before anything else stands for itself. */
function resolveEscapes(value: string): string {
  return value.replace(/\\(?:([abfnrtv\\$])|0(\d{0,3}))/g, (whole: string, letter?: string, octal?: string) => {
    if (letter !== undefined) return escapes[letter] ?? whole;
    return /^[0-7]*$/.test(octal ?? "") ? String.fromCharCode(Number.parseInt(octal || "0", 8) & 0xff) : whole;
  });
}
