import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { isTemporaryName, type Listing, nameReason, type Stat, temporaryFolder } from "../side.ts";
import type { FolderWatch } from "./folder-watch.ts";
import type { Native } from "./native.ts";
import { lookAt } from "./place.ts";
import { identityOf, statOf } from "./stat.ts";

/** Undefined when nothing stands there. */
export function statAt(place: string): Stat | undefined {
  const stats = lookAt(place);
  return stats === undefined ? undefined : statOf(stats, stats.isSymbolicLink() ? readlinkSync(place) : undefined);
}

export interface FolderToList {
  /** Absolute. */
  readonly place: string;
  readonly path: Path;
  readonly watch: FolderWatch;
  readonly native: Pick<Native, "list"> | undefined;
  /** Told of a temporary name that stands in it. */
  onTemporary(name: string): void;
}

/** A folder's content, watched from now on; undefined when something else stands there. */
export async function listFolder(folder: FolderToList): Promise<Listing | undefined> {
  const { place, path, watch, native, onTemporary } = folder;
  for (;;) {
    const before = lookAt(place);
    if (!before?.isDirectory()) return undefined;
    // from before it is read, and it is that folder which is watched
    watch.add(path, identityOf(before));
    const { stat, children } = (await native?.list(path)) ?? readHere(place);
    if (stat?.inode !== Number(identityOf(before))) continue;
    for (const name of children.keys()) {
      if (!isTemporaryName(name)) continue;
      children.delete(name);
      // that one is swept by itself
      if (name !== temporaryFolder) onTemporary(name);
    }
    return { folder: stat, children };
  }
}

interface Read {
  /** Of the folder before it was read. */
  readonly stat: Stat | undefined;
  readonly children: Map<string, Stat | string>;
}

function readHere(place: string): Read {
  const stat = statAt(place);
  const children: Read["children"] = new Map();
  for (const name of readdirSync(place)) addChild(children, place, name);
  return { stat, children };
}

function addChild(children: Map<string, Stat | string>, folder: string, name: string): void {
  try {
    const stat = statAt(join(folder, name));
    if (stat !== undefined) children.set(name, stat);
    // bytes that are no UTF-8 come with a replacement character, and no file has that name
    else if (name.includes("\uFFFD")) children.set(name, nameReason);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") children.set(name, reasonOf(error));
  }
}
