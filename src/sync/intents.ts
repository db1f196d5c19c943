/**
 * What is about to be done, written down before it is: a process that is killed leaves changes of its own that nobody agreed
 * upon yet, and the next one has to know them from somebody's.
 */
import type { Entry, Path } from "./entry.ts";
import type { SideName } from "./status.ts";
import { at, isAlike, noChildren } from "./tree.ts";

export interface Intent {
  readonly side: SideName;
  readonly path: Path;
  /** What stands there then; of a folder also the files that come with it. */
  readonly after: Entry | undefined;
  /** Of a file, what alone is changed. */
  readonly only?: "mode" | "content" | undefined;
}

export interface SavedIntent extends Intent {
  /** It stood there, whatever does now. */
  readonly isDone: boolean;
}

/** All of it survives the end of the process from when the call returns, but for what is done: that is written with the next one, or soon. */
export interface IntentStore {
  /** What was begun before this, and is not over. */
  load(): readonly SavedIntent[];
  begin(intent: Intent): void;
  /** With so many files. */
  done(side: SideName, path: Path, files: number): void;
  /** What was begun is over, and agreed upon where it is to be. */
  clear(): void;
  close(): void;
}

export interface Step {
  readonly path: Path;
  readonly entry: Entry | undefined;
}

/** An intent for each path. */
export function* eachOf(intent: SavedIntent): Generator<SavedIntent> {
  const { path, after } = intent;
  if (after?.kind !== "folder") return yield intent;
  yield { ...intent, after: { ...after, children: noChildren } };
  for (const [name, child] of after.children)
    yield { ...intent, path: path === "" ? name : `${path}/${name}`, after: child };
}

/** What both sides agreed upon by what was done, in order; `tree` gives what stands on a side now. */
export function agreedBy(
  intents: readonly SavedIntent[],
  ancestor: Entry | undefined,
  tree: (side: SideName) => Entry | undefined,
): readonly Step[] {
  const agreed = new Map<Path, Entry | undefined>();
  const steps: Step[] = [];
  for (const intent of intents) {
    const { side, path, isDone } = intent;
    if (!isDone && !isAsIntended(at(tree(side), path), intent)) continue;
    const entry = merged(agreed.has(path) ? agreed.get(path) : at(ancestor, path), intent);
    // what nobody read yet
    if (entry?.kind === "file" && entry.content.startsWith("?")) continue;
    agreed.set(path, entry);
    steps.push({ path, entry });
  }
  return steps;
}

function isAsIntended(now: Entry | undefined, { after, only }: Intent): boolean {
  // its mode may be another one by now
  if (after?.kind === "folder" && only === undefined) return now?.kind === "folder";
  if (now?.kind !== after?.kind) return false;
  if (now?.kind === "file" && after?.kind === "file") {
    return only === "mode" ? now.mode === after.mode : now.content === after.content;
  }
  return isAlike(now, after);
}

function merged(old: Entry | undefined, { after, only }: Intent): Entry | undefined {
  if (old?.kind !== "file" || after?.kind !== "file" || only === undefined) return after;
  return only === "mode" ? { ...old, mode: after.mode } : { ...old, content: after.content };
}
