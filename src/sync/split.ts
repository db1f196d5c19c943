/** What becomes of an entry that the other side does not hold (any more). */
import type { Entry, Folder } from "./entry.ts";
import { childrenOf, isAlike, readable } from "./tree.ts";

export interface Split {
  /** What there is to keep: what is new since the ancestor, what is unreadable, and the folders around them. */
  readonly stays: Entry | undefined;
  /** What the other side gets: what is new. */
  readonly carried: Entry | undefined;
  /** What both agree upon then; where something is unreadable, what they agreed upon before. */
  readonly agreed: Entry | undefined;
  /** What is new over the ancestor, without what is on neither side. */
  readonly overlaid: Entry | undefined;
}

export function splitEntry(ancestor: Entry | undefined, entry: Entry | undefined): Split {
  if (entry === undefined || entry === ancestor) return { ...nothing, overlaid: ancestor };
  // all of it is new, as of a first sync
  if (ancestor === undefined && readable(entry) === entry) return allOf(entry);
  if (entry.kind === "unreadable") return { stays: entry, carried: undefined, agreed: ancestor, overlaid: ancestor };
  if (entry.kind === "folder") return splitFolder(ancestor, entry);
  if (isAlike(ancestor, entry)) return { ...nothing, overlaid: ancestor };
  return allOf(entry);
}

function allOf(entry: Entry): Split {
  return { stays: entry, carried: entry, agreed: entry, overlaid: entry };
}

const nothing = { stays: undefined, carried: undefined, agreed: undefined };

function splitFolder(ancestor: Entry | undefined, folder: Folder): Split {
  const isNew = !isAlike(ancestor, folder);
  const stays = new Map<string, Entry>();
  const carried = new Map<string, Entry>();
  const agreed = new Map<string, Entry>();
  const overlaid = new Map<string, Entry>();
  for (const [name, child] of folder.children) {
    const split = splitEntry(childrenOf(ancestor).get(name), child);
    for (const [part, map] of [
      ["stays", stays],
      ["carried", carried],
      ["agreed", agreed],
      ["overlaid", overlaid],
    ] as const) {
      const value = split[part];
      if (value !== undefined) map.set(name, value);
    }
  }
  const isCarried = isNew || carried.size > 0;
  const isKept = isNew || stays.size > 0;
  return {
    stays: isKept ? withChildren(folder, stays) : undefined,
    carried: isCarried ? withChildren(folder, carried) : undefined,
    agreed: isKept ? withChildren(folder, agreed) : undefined,
    overlaid: withChildren(folder, overlaid),
  };
}

/** The folder itself where nothing is missing in it. */
function withChildren(folder: Folder, children: ReadonlyMap<string, Entry>): Folder {
  const isWhole =
    folder.children.size === children.size &&
    [...children].every(([name, child]) => folder.children.get(name) === child);
  return isWhole ? folder : { ...folder, children };
}
