/** The lines of a `.gitignore`, as git reads them. */
import { wildmatch } from "./wildmatch.ts";

export interface Patterns {
  /** What the last line says that matches a path, relative to where the patterns stand; what is above the path is not looked at. */
  says(path: string, isFolder: boolean): boolean | undefined;
}

export interface PatternsOptions {
  readonly ignoresCase: boolean;
}

/** Undefined where no line can match. The text holds one byte a character, and so must each path. */
export function readPatterns(text: string, options: PatternsOptions): Patterns | undefined {
  const withoutMark = text.startsWith("\u00ef\u00bb\u00bf") ? text.slice(3) : text;
  const rules = withoutMark.split("\n").flatMap((line) => readRule(line, options) ?? []);
  if (rules.length === 0) return undefined;
  const fromLast = rules.map((rule, number) => ({ ...rule, number })).reverse();
  // most lines are plain names, and are not to be gone through for each path
  const byName = Map.groupBy(
    fromLast.filter(({ plainName }) => plainName !== undefined),
    ({ plainName }) => plainName,
  );
  const others = fromLast.filter(({ plainName }) => plainName === undefined);
  const counts = ({ isOfFolders }: Rule, isFolder: boolean) => !isOfFolders || isFolder;
  return {
    says(path, isFolder) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const named = byName.get(options.ignoresCase ? lower(name) : name)?.find((rule) => counts(rule, isFolder));
      for (const rule of others) {
        if (named !== undefined && rule.number < named.number) break;
        if (counts(rule, isFolder) && rule.matches(path, name)) return !rule.isNegative;
      }
      return named === undefined ? undefined : !named.isNegative;
    },
  };
}

/** A text with a byte a character: git knows no others. */
export function bytesOf(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) > 127) return Buffer.from(text).toString("latin1");
  }
  return text;
}

interface Rule {
  readonly isNegative: boolean;
  readonly isOfFolders: boolean;
  /** What it matches, if that is a name and nothing else. */
  readonly plainName: string | undefined;
  matches(path: string, name: string): boolean;
}

function readRule(line: string, options: PatternsOptions): Rule | undefined {
  if (line.startsWith("#")) return undefined;
  // to git a text ends with its first NUL
  const [text = ""] = line.replace(/\r$/, "").split("\0", 1);
  const written = withoutEnd(text);
  const isNegative = written.startsWith("!");
  const isOfFolders = written.endsWith("/");
  const pattern = written.slice(isNegative ? 1 : 0, isOfFolders ? -1 : undefined);
  if (pattern === "") return undefined;
  const isPlain = !pattern.includes("/") && !isWild(pattern);
  return {
    ...{ isNegative, isOfFolders },
    plainName: isPlain ? (options.ignoresCase ? lower(pattern) : pattern) : undefined,
    matches: pattern.includes("/") ? ofPath(pattern, options) : ofName(pattern, options),
  };
}

/** Without the spaces at the end that no backslash keeps. */
function withoutEnd(line: string): string {
  let end = 0;
  for (let at = 0; at < line.length; at += 1) {
    const isEscape = line[at] === "\\";
    if (isEscape) at += 1;
    // with a backslash at its very end git leaves the line as it is
    if (at >= line.length) return line;
    if (isEscape || line[at] !== " ") end = at + 1;
  }
  return line.slice(0, end);
}

function ofName(pattern: string, { ignoresCase }: PatternsOptions): Rule["matches"] {
  const end = pattern.slice(1);
  if (pattern.startsWith("*") && !isWild(end) && !ignoresCase) return (_path, name) => name.endsWith(end);
  return (_path, name) => wildmatch(pattern, name, { isPath: false, ignoresCase });
}

/** What comes before the first wild character is compared by itself, and what follows begins there. */
function ofPath(written: string, { ignoresCase }: PatternsOptions): Rule["matches"] {
  const pattern = written.startsWith("/") ? written.slice(1) : written;
  const wild = pattern.search(wildCharacter);
  const plain = wild < 0 ? pattern : pattern.slice(0, wild);
  const rest = pattern.slice(plain.length);
  return (path) => {
    if (path.length < plain.length || !isSame(plain, path.slice(0, plain.length), ignoresCase)) return false;
    return wildmatch(rest, path.slice(plain.length), { isPath: true, ignoresCase });
  };
}

const wildCharacter = /[*?[\\]/;

function isWild(pattern: string): boolean {
  return wildCharacter.test(pattern);
}

function isSame(one: string, other: string, ignoresCase: boolean): boolean {
  if (one === other) return true;
  return ignoresCase && one.length === other.length && lower(one) === lower(other);
}

/** Of ASCII alone. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
