/**
 * Git's own pattern matching (its `wildmatch.c`), byte for byte: what `*`, `?` and `[…]` mean to git, its oddities too.
 *
 * Both texts hold one byte a character. `*` stops at a slash if `isPath`, `**` between slashes does not.
 */
import { readClass } from "./character-class.ts";

export interface WildmatchOptions {
  readonly isPath: boolean;
  readonly ignoresCase: boolean;
}

export function wildmatch(pattern: string, text: string, options: WildmatchOptions): boolean {
  return match({ ...options, pattern, text }, 0, 0) === matches;
}

/** `noMore`: whatever the stars before take, it does not match; `noMoreHere`: unless one of them takes a slash. */
type Answer = typeof matches | typeof differs | typeof noMore | typeof noMoreHere;
const matches = 0;
const differs = 1;
const noMore = 2;
const noMoreHere = 3;

interface Matching extends WildmatchOptions {
  readonly pattern: string;
  readonly text: string;
}

/** From these places on. */
function match(all: Matching, start: number, from: number): Answer {
  const { pattern, text } = all;
  let at = from;
  for (let p = start; p < pattern.length; p += 1, at += 1) {
    if (pattern[p] === "*") return matchStars(all, { start, p, at });
    if (at >= text.length) return noMore;
    const end = matchOne(all, p, at);
    if (typeof end !== "number") return end.failure;
    p = end;
  }
  return at < text.length ? differs : matches;
}

/** Of one byte: where what stands for it in the pattern ends. */
function matchOne(all: Matching, p: number, at: number): number | { readonly failure: Answer } {
  const { pattern, text, isPath, ignoresCase } = all;
  const isSlash = isPath && text[at] === "/";
  if (pattern[p] === "?") return isSlash ? { failure: differs } : p;
  if (pattern[p] === "[") {
    const found = readClass({ pattern, begin: p, byte: codeAt(all, text, at), ignoresCase });
    if (found === undefined) return { failure: noMore };
    return found.holds && !isSlash ? found.end : { failure: differs };
  }
  const end = pattern[p] === "\\" ? p + 1 : p;
  return codeAt(all, text, at) === codeAt(all, pattern, end) ? end : { failure: differs };
}

interface Stars {
  /** Where the pattern was begun with. */
  readonly start: number;
  readonly p: number;
  readonly at: number;
}

function matchStars(all: Matching, { start, p: first, at }: Stars): Answer {
  const { pattern, text, isPath } = all;
  let p = first;
  while (pattern[p] === "*") p += 1;
  const isBetween =
    p > first + 1 &&
    (first === start || pattern[first - 1] === "/") &&
    (p === pattern.length || pattern[p] === "/" || pattern.startsWith("\\/", p));
  if (isPath && isBetween && pattern[p] === "/" && match(all, p + 1, at) === matches) return matches;
  const takesSlash = !isPath || isBetween;
  if (p === pattern.length) return takesSlash || !text.includes("/", at) ? matches : noMoreHere;
  if (!takesSlash && pattern[p] === "/") {
    const slash = text.indexOf("/", at);
    return slash < 0 ? noMore : match(all, p, slash);
  }
  return matchAfterStars(all, { takesSlash, p, at });
}

interface AfterStars {
  readonly takesSlash: boolean;
  readonly p: number;
  readonly at: number;
}

/** The stars take more and more. */
function matchAfterStars(all: Matching, { takesSlash, p, at: from }: AfterStars): Answer {
  for (let at = from; at < all.text.length; at += 1) {
    const answer = match(all, p, at);
    if (answer === differs) {
      if (!takesSlash && all.text[at] === "/") return noMoreHere;
    } else if (!takesSlash || answer !== noMoreHere) return answer;
  }
  return noMore;
}

/** 0 past the end. */
function codeAt({ ignoresCase }: Matching, text: string, at: number): number {
  const code = at < text.length ? text.charCodeAt(at) : 0;
  return ignoresCase && code >= 65 && code <= 90 ? code + 32 : code;
}
