import type { KeyPath } from "./key-path.ts";
import { type Issue, type Leaf, leavesOf, type Problem } from "./zod-issues.ts";

/** Put into words what zod reports about `value`: expected, found, and a near miss. Environment values are never told. */
export async function explainIssues(issues: readonly Issue[], value: unknown): Promise<readonly Problem[]> {
  if (issues.length === 0) return [];
  const { closest, distance } = await import("fastest-levenshtein");
  const nearest = (word: string, candidates: readonly string[]): string | undefined => {
    const best = candidates.length === 0 ? undefined : closest(word.toLowerCase(), candidates);
    return best !== undefined && distance(word.toLowerCase(), best) <= Math.ceil(word.length / 3) ? best : undefined;
  };
  const leaves = issues.flatMap((issue) => leavesOf(issue));
  return withoutMisspelt(leaves.map((leaf) => explain(leaf, value, nearest)));
}

interface Explained extends Problem {
  readonly nearMiss: string | undefined;
}

function explain(
  leaf: Leaf,
  value: unknown,
  nearest: (word: string, candidates: readonly string[]) => string | undefined,
): Explained {
  const { path, expected, unknownKey, candidates = [] } = leaf;
  const found = leaf.isKey ? path.at(-1) : valueAt(value, path);
  const word = unknownKey ?? (typeof found === "string" ? found : undefined);
  const nearMiss = word === undefined ? undefined : nearest(word, candidates);
  return {
    path,
    expected,
    found: unknownKey === undefined ? describeFound(path, found) : `the unknown key \`${unknownKey}\``,
    suggestion: nearMiss === undefined ? undefined : `did you mean \`${nearMiss}\`?`,
    nearMiss,
  };
}

/** A misspelt key is one problem, not two: the key that is missing for it goes unmentioned. */
function withoutMisspelt(problems: readonly Explained[]): Problem[] {
  const misspelt = new Set(
    problems.flatMap(({ path, nearMiss }) =>
      nearMiss === undefined ? [] : [JSON.stringify([...path.slice(0, -1), nearMiss])],
    ),
  );
  return problems
    .filter(({ path, found }) => found !== NOTHING || !misspelt.has(JSON.stringify(path)))
    .map(({ nearMiss: _, ...problem }) => problem);
}

const NOTHING = "nothing";
const MAX_FOUND_LENGTH = 60;

function describeFound(path: KeyPath, found: unknown): string {
  if (found === undefined) return NOTHING;
  if (Array.isArray(found)) return found.length === 0 ? "an empty list" : "a list";
  if (typeof found === "object" && found !== null) return "an object";
  if (typeof found === "function" || path.includes("env")) return `a ${found === null ? "null" : typeof found}`;
  const text = JSON.stringify(found) ?? String(found);
  return `\`${shorten(text.replace(/(\/\/)[^/@\s"]+@/g, "$1…@"))}\``;
}

function shorten(text: string): string {
  return text.length <= MAX_FOUND_LENGTH ? text : `${text.slice(0, MAX_FOUND_LENGTH)}…`;
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (current, step) =>
      typeof current === "object" && current !== null ? (current as Record<string, unknown>)[step] : undefined,
    value,
  );
}
