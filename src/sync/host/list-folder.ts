import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { type Listing, type Stat, temporaryPrefix } from "../side.ts";
import type { FolderWatch } from "./folder-watch.ts";
import { lookAt } from "./place.ts";
import { identityOf, statOf } from "./stat.ts";

/** Undefined when nothing stands there. */
export function statAt(place: string): Stat | undefined {
  const stats = lookAt(place);
  return stats === undefined ? undefined : statOf(stats, stats.isSymbolicLink() ? readlinkSync(place) : undefined);
}

export interface ListedFolder {
  /** Absolute. */
  readonly place: string;
  readonly path: Path;
  readonly watch: FolderWatch;
  /** Told of a temporary name that stands in it. */
  onTemporary(name: string): void;
}

/** A folder's content, watched from now on; undefined when no folder stands there. */
export function listFolder({ place, path, watch, onTemporary }: ListedFolder): Listing | undefined {
  const stats = watchFolder(place, path, watch);
  if (stats === undefined) return undefined;
  const children = new Map<string, Stat | string>();
  for (const name of readdirSync(place)) {
    if (name.startsWith(temporaryPrefix)) onTemporary(name);
    else addChild(children, place, name);
  }
  return { folder: statOf(stats), children };
}

/** Watched from before it is read, and it is that folder which is watched. */
function watchFolder(place: string, path: Path, watch: FolderWatch) {
  for (;;) {
    const before = lookAt(place);
    if (!before?.isDirectory()) return undefined;
    watch.add(path, identityOf(before));
    const after = lookAt(place);
    if (after !== undefined && identityOf(after) === identityOf(before)) return after;
  }
}

function addChild(children: Map<string, Stat | string>, folder: string, name: string): void {
  try {
    const stat = statAt(join(folder, name));
    if (stat !== undefined) children.set(name, stat);
    // bytes that are no UTF-8 come with a replacement character, and no file has that name
    else if (name.includes("\uFFFD")) children.set(name, "its name is not UTF-8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") children.set(name, reasonOf(error));
  }
}
