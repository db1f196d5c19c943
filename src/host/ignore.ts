import { join } from "node:path";
import balena from "@balena/dockerignore";
import { devenvError, isDevenvError } from "../errors.ts";
import { readSmallFile } from "./read-small-file.ts";
import { errnoOf, reasonOf } from "./reason.ts";

/** Which paths `.dockerignore` excludes, as Docker reads it. Nothing is excluded unless the file says so. */
export interface Ignore {
  /** Path relative to the project, `/`-separated. */
  ignores(path: string): boolean;
  /** Whether an excluded folder may hold something that a later `!` pattern includes again. */
  mayHoldException(folder: string): boolean;
}

// The package is CommonJS and its types describe an ES module.
const dockerignore = balena.default;

export const ignoreFileName = ".dockerignore";

const largestIgnoreFile = 4 * 1024 * 1024;

/** Rules of the project's `.dockerignore`; without that file nothing is ignored. Throws IGNORE_FILE_INVALID, IGNORE_FILE_UNREADABLE. */
export async function readIgnore(root: string): Promise<Ignore> {
  try {
    return parseIgnore((await readSmallFile(join(root, ignoreFileName), largestIgnoreFile)).toString());
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return parseIgnore("");
    if (isDevenvError(error)) throw error;
    throw devenvError("IGNORE_FILE_UNREADABLE", { file: ignoreFileName, reason: reasonOf(error) }, error);
  }
}

/** Rules in the syntax of `.dockerignore`, the last match wins. */
export function parseIgnore(text: string): Ignore {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const patterns = lines.map((line) => (line.startsWith("#") ? "" : line.trim()));
  patterns.forEach(checkPattern);
  const matcher = dockerignore({ ignorecase: false }).add(patterns.filter(Boolean).map(escapePattern));
  const exceptions = patterns.filter((pattern) => pattern.startsWith("!")).map(namesOf);
  return {
    ignores: (path) => matcher.ignores(path),
    mayHoldException: (folder) => exceptions.some((names) => mayMatchBelow(names, folder.split("/"))),
  };
}

/** The matcher makes regular expressions of patterns and leaves these to mean what they mean there; Docker escapes them. */
function escapePattern(pattern: string): string {
  return pattern.replace(/\\.|[+()|{}]/g, (found) => (found.startsWith("\\") ? found : `\\${found}`));
}

function checkPattern(pattern: string, index: number): void {
  if (pattern === "") return;
  try {
    dockerignore().add(escapePattern(pattern)).ignores("a");
  } catch (error) {
    throw devenvError("IGNORE_FILE_INVALID", { place: { file: ignoreFileName, line: index + 1 }, pattern }, error);
  }
}

function namesOf(exception: string): readonly string[] {
  return exception
    .slice(1)
    .trim()
    .split("/")
    .filter((name) => name !== "" && name !== ".");
}

/** False only when it is sure: the names before the first wildcard differ. */
function mayMatchBelow(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [index, name] of folder.entries()) {
    const expected = pattern[index];
    if (expected === undefined || expected.includes("**")) return true;
    if (expected !== name && !/[*?[\\]/.test(expected)) return false;
  }
  return true;
}
