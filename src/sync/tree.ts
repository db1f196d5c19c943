/** Trees as values: looking things up, and new trees that share all they can with the old ones. */
import type { Entry, File, Folder, Path, Unreadable } from "./entry.ts";

export const noChildren: ReadonlyMap<string, Entry> = new Map();

/** What stands in the way of others by intent: it is not synced, and nothing is synced over it. */
export const ignored: Unreadable = { kind: "unreadable", reason: "ignored" };

/** Why a socket, a device or a pipe is left as it is. */
export const uncarried = "neither a file, a folder nor a link";

export function at(tree: Entry | undefined, path: Path): Entry | undefined {
  let entry = tree;
  for (const name of namesOf(path)) entry = childrenOf(entry).get(name);
  return entry;
}

/** Many entries in their order, undefined taking one away; nothing is set where there is no folder above. Each folder is copied once. */
export function setAll(
  tree: Entry | undefined,
  entries: Iterable<readonly [Path, Entry | undefined]>,
): Entry | undefined {
  const plan: Plan = { below: new Map() };
  for (const [path, entry] of entries) Object.assign(stepTo(plan, path), { set: { entry }, below: new Map() });
  return carryOut(plan, tree);
}

/** The same, but a folder that is set where a folder stands keeps what that one holds. */
export function setAllAlone(
  tree: Entry | undefined,
  entries: Iterable<readonly [Path, Entry | undefined]>,
): Entry | undefined {
  const plan: Plan = { below: new Map() };
  for (const [path, entry] of entries) {
    const step = stepTo(plan, path);
    const isAlone = entry?.kind === "folder" && (step.set === undefined || step.set.isAlone);
    if (entry?.kind !== "folder") step.below = new Map();
    step.set = { entry: isAlone ? entry : withoutChildren(entry), isAlone };
  }
  return carryOut(plan, tree);
}

function withoutChildren(entry: Entry | undefined): Entry | undefined {
  return entry?.kind === "folder" ? { ...entry, children: noChildren } : entry;
}

/** What to set at a path, and then below it. */
interface Plan {
  set?: { readonly entry: Entry | undefined; readonly isAlone?: boolean | undefined };
  below: Map<string, Plan>;
}

function stepTo(plan: Plan, path: Path): Plan {
  let step = plan;
  for (const name of namesOf(path)) step = stepInto(step, name);
  return step;
}

function stepInto(plan: Plan, name: string): Plan {
  const next = plan.below.get(name) ?? { below: new Map() };
  plan.below.set(name, next);
  return next;
}

function carryOut(plan: Plan, tree: Entry | undefined): Entry | undefined {
  const entry = plan.set === undefined ? tree : settle(plan.set, tree);
  if (plan.below.size === 0 || entry?.kind !== "folder") return entry;
  let children: Map<string, Entry> | undefined;
  for (const [name, next] of plan.below) {
    const old = entry.children.get(name);
    const child = carryOut(next, old);
    if (child === old) continue;
    children ??= new Map(entry.children);
    if (child === undefined) children.delete(name);
    else children.set(name, child);
  }
  return children === undefined ? entry : { ...entry, children };
}

function settle({ entry, isAlone }: NonNullable<Plan["set"]>, tree: Entry | undefined): Entry | undefined {
  if (!isAlone || entry?.kind !== "folder") return entry;
  const children = childrenOf(tree);
  return tree?.kind === "folder" && tree.mode === entry.mode ? tree : { ...entry, children };
}

/** Parents before their children. */
export function* walk(tree: Entry | undefined, path: Path = ""): Generator<readonly [Path, Entry]> {
  if (tree === undefined) return;
  yield [path, tree];
  for (const [name, child] of childrenOf(tree)) yield* walk(child, joinPath(path, name));
}

/** The names of all that is below the root, as often as they stand there. */
export function* namesIn(tree: Entry | undefined): Generator<string> {
  for (const [name, child] of childrenOf(tree)) {
    yield name;
    yield* namesIn(child);
  }
}

/** Of folders that were counted: it is asked in each round, and most are the same then. */
const counts = new WeakMap<Folder, number>();

/** Files, folders and links below the root. */
export function countEntries(tree: Entry | undefined): number {
  if (tree?.kind !== "folder") return 0;
  let count = counts.get(tree);
  if (count !== undefined) return count;
  count = 0;
  for (const child of tree.children.values()) if (child.kind !== "unreadable") count += 1 + countEntries(child);
  counts.set(tree, count);
  return count;
}

export function countFiles(tree: Entry | undefined): number {
  if (tree?.kind === "file") return 1;
  let count = 0;
  for (const child of childrenOf(tree).values()) count += countFiles(child);
  return count;
}

/** Of one kind and alike, whatever a folder holds. */
export function isAlike(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  switch (one.kind) {
    case "folder":
      return other.kind === "folder" && one.mode === other.mode;
    case "file":
      return other.kind === "file" && isSameFile(one, other);
    case "link":
      return other.kind === "link" && one.target === other.target;
    default:
      return other.kind === "unreadable" && one.reason === other.reason;
  }
}

function isSameFile(one: File, other: File): boolean {
  return one.mode === other.mode && one.content === other.content;
}

export function isEqual(one: Entry | undefined, other: Entry | undefined): boolean {
  if (!isAlike(one, other)) return false;
  const ones = childrenOf(one);
  const others = childrenOf(other);
  return (
    ones === others ||
    (ones.size === others.size && [...ones].every(([name, entry]) => isEqual(entry, others.get(name))))
  );
}

/** The tree without what cannot be read: what there is to carry to another side. */
export function readable(tree: Entry | undefined): Entry | undefined {
  if (tree?.kind === "unreadable") return undefined;
  if (tree?.kind !== "folder") return tree;
  let children: Map<string, Entry> | undefined;
  for (const [name, child] of tree.children) {
    const kept = readable(child);
    if (kept === child) continue;
    children ??= new Map(tree.children);
    if (kept === undefined) children.delete(name);
    else children.set(name, kept);
  }
  return children === undefined ? tree : { ...tree, children };
}

/**
 * The same tree, made of the model's objects wherever the two are equal: at the path and below it, and along the way to it.
 * Trees that share their objects are compared by looking at what differs alone.
 */
export function share(tree: Entry | undefined, model: Entry | undefined, path: Path = ""): Entry | undefined {
  return shareAlong(tree, model, namesOf(path));
}

function shareAlong(tree: Entry | undefined, model: Entry | undefined, way: readonly string[]): Entry | undefined {
  if (tree === model || tree === undefined || model === undefined) return tree;
  if (tree.kind !== "folder" || model.kind !== "folder") return isAlike(tree, model) ? model : tree;
  const children = shareChildren(tree.children, model.children, way);
  if (tree.mode === model.mode && holdSame(children, model.children)) return model;
  return children === tree.children ? tree : { ...tree, children };
}

function shareChildren(
  children: ReadonlyMap<string, Entry>,
  model: ReadonlyMap<string, Entry>,
  [name, ...rest]: readonly string[],
): ReadonlyMap<string, Entry> {
  if (children === model) return children;
  let shared: Map<string, Entry> | undefined;
  for (const next of name === undefined ? children.keys() : [name]) {
    const old = children.get(next);
    const child = shareAlong(old, model.get(next), rest);
    if (child === undefined || child === old) continue;
    shared ??= new Map(children);
    shared.set(next, child);
  }
  return shared ?? children;
}

function holdSame(ones: ReadonlyMap<string, Entry>, others: ReadonlyMap<string, Entry>): boolean {
  if (ones === others) return true;
  if (ones.size !== others.size) return false;
  for (const name of ones.keys()) if (others.get(name) !== ones.get(name)) return false;
  return true;
}

export function childrenOf(entry: Entry | undefined): ReadonlyMap<string, Entry> {
  return entry?.kind === "folder" ? entry.children : noChildren;
}

export function namesOf(path: Path): readonly string[] {
  return path === "" ? [] : path.split("/");
}

export function joinPath(folder: Path, name: string): Path {
  return folder === "" ? name : `${folder}/${name}`;
}

/** Of anything but the root. */
export function parentOf(path: Path): Path {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function nameOf(path: Path): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function isWithin(path: Path, folder: Path): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** Without those that lie within another of them. */
export function topmost(paths: Iterable<Path>): readonly Path[] {
  const all = new Set(paths);
  if (all.has("")) return [""];
  return [...all].filter((path) => !isBelowAny(path, all));
}

function isBelowAny(path: Path, folders: ReadonlySet<Path>): boolean {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    if (folders.has(path.slice(0, end))) return true;
  }
  return false;
}
