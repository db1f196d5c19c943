/** Who changed what in a storm: a conflict needs somebody on either side. */
import { isWithin } from "../../../src/sync/tree.ts";

export type Touched = Map<string, Set<string>>;

const told = /^\S+ (host|container) \w+ (\[(?:"(?:[^"\\]|\\.)*",?)*\]) (?!refused$)/;

/** Takes down what the lines of a history tell: `TIME USER OPERATION [PATH, …] RESULT`. */
export function noteTouched(touched: Touched, history: readonly string[]): void {
  for (const line of history) {
    const [, user = "", paths = "[]"] = told.exec(line) ?? [];
    if (user === "") continue;
    for (const path of JSON.parse(paths) as readonly string[]) {
      touched.set(user, (touched.get(user) ?? new Set()).add(path));
    }
  }
}

const conflict = /Z dev: storm\/((?:(?!Z dev: ).)*?) was changed on both sides: /gs;

/**
 * Paths that the sync's log tells of as changed on both sides, of which that is not so. Once there were rules that is not to be
 * told: what was ignored for a time is agreed upon no more, and one side may have changed it meanwhile.
 */
export function uncausedIn(log: string, touched: Touched): readonly string[] {
  if (touched.values().some((paths) => paths.values().some((path) => path.endsWith(".gitignore")))) return [];
  return [...log.matchAll(conflict)]
    .map(([, path = ""]) => path)
    .filter((path) => !isUntold(path) && !["host", "container"].every((user) => isTouched(touched.get(user), path)));
}

/** Bursts, and the end of all rules before the sides are compared, stand in no history. */
function isUntold(path: string): boolean {
  return /^burst(\/|$)/i.test(path) || path.endsWith(".gitignore");
}

function isTouched(paths: ReadonlySet<string> | undefined, path: string): boolean {
  return paths?.values().some((one) => isWithin(path, one) || isWithin(one, path)) ?? false;
}
