import { posix } from "node:path";
import { comparePaths, parentsOf } from "../path-order.ts";
import { namesOf, UnsafeEntry } from "./entry.ts";
import type { SpooledEntry } from "./spool.ts";

/** One entry of a canonical tar. */
export type TreeEntry =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly isExecutable: boolean;
      readonly offset: number;
      readonly size: number;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** Carries the file's own mode: engines set it again for each name. */
  | { readonly kind: "hard-link"; readonly path: string; readonly target: string; readonly isExecutable: boolean };

/**
 * The tree that unpacking makes, sorted depth first: of a name that comes twice the last entry counts,
 * parent folders are added, and of names for one file the first holds the content. Depends on nothing but
 * what would be unpacked. Throws UnsafeEntry, and plain errors for contradictions.
 */
export function arrangeTree(entries: readonly SpooledEntry[], strip: number): readonly TreeEntry[] {
  const tree = new Map<string, SpooledEntry>();
  for (const entry of resolveHardLinks(entries)) {
    const path = namesOf(entry.name).slice(strip).join("/");
    if (path !== "") tree.set(path, entry);
  }
  if (tree.size === 0 && entries.length > 0 && strip > 0)
    throw new NothingLeft(`nothing is left of it with \`strip: ${strip}\``);
  for (const path of [...tree.keys()]) addParents(tree, path);
  const paths = [...tree.keys()].sort(comparePaths);
  for (const [path, entry] of tree) if (entry.kind === "link") checkLink(tree, path, entry);
  return nameContents(tree, paths);
}

/** The archive is sound, but `strip` drops all of it. */
export class NothingLeft extends Error {
  override readonly name = "NothingLeft";
}

/** Each hard link replaced by what it stands for: a file's content keeps its place in the spool, so names of one file can be told. */
function resolveHardLinks(entries: readonly SpooledEntry[]): readonly SpooledEntry[] {
  const latest = new Map<string, SpooledEntry>();
  return entries.map((entry) => {
    const path = namesOf(entry.name).join("/");
    const meant = entry.kind === "hard-link" ? linked(latest, entry) : entry;
    latest.set(path, meant);
    return { ...meant, name: entry.name };
  });
}

function linked(latest: ReadonlyMap<string, SpooledEntry>, { name, target = "" }: SpooledEntry): SpooledEntry {
  if (target.startsWith("/")) throw new UnsafeEntry(name, `is a hard link to \`${target}\``);
  const names = target.split("/").filter((part) => part !== "" && part !== ".");
  if (names.includes("..")) throw new UnsafeEntry(name, `is a hard link to \`${target}\``);
  const meant = latest.get(names.join("/"));
  if (meant === undefined || meant.kind === "folder") {
    throw new Error(`its entry \`${name}\` is a hard link to \`${target}\`, which is no file before it`);
  }
  return meant;
}

function addParents(tree: Map<string, SpooledEntry>, path: string): void {
  for (const parent of parentsOf(path)) {
    const present = tree.get(parent);
    if (present?.kind === "link") throw new UnsafeEntry(path, `lies below the link \`${parent}\``);
    if (present?.kind === "file") throw new Error(`its entry \`${parent}\` is both a file and a folder`);
    if (present === undefined)
      tree.set(parent, { name: parent, kind: "folder", isExecutable: true, offset: 0, size: 0 });
  }
}

/** Follow a link's target by names; after a link on the way, `..` could lead anywhere. */
function checkLink(tree: ReadonlyMap<string, SpooledEntry>, path: string, { name, target = "" }: SpooledEntry): void {
  const unsafe = new UnsafeEntry(name, `is a link to \`${target}\`, outside the archive`);
  if (target === "" || target.startsWith("/")) throw unsafe;
  let place = posix.dirname(path);
  let isThroughLink = false;
  for (const part of target.split("/").filter((found) => found !== "" && found !== ".")) {
    if (part === ".." && (place === "." || isThroughLink)) throw unsafe;
    place = posix.join(place, part);
    isThroughLink ||= tree.get(place)?.kind === "link";
  }
}

function nameContents(tree: ReadonlyMap<string, SpooledEntry>, paths: readonly string[]): readonly TreeEntry[] {
  const holders = new Map<number, string>();
  return paths.map((path): TreeEntry => {
    const { kind, isExecutable, offset, size, target } = tree.get(path) as SpooledEntry;
    if (kind === "folder") return { kind, path };
    if (kind === "link") return { kind, path, target: target ?? "" };
    const holder = holders.get(offset);
    // Empty files share an offset with the next one, and being one file or two makes no difference to them.
    if (holder !== undefined && size > 0) return { kind: "hard-link", path, target: holder, isExecutable };
    if (size > 0) holders.set(offset, path);
    return { kind: "file", path, isExecutable, offset, size };
  });
}
