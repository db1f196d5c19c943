/** The paths at which two sides are compared. */
import type { Entry, Path } from "./entry.ts";
import type { Trees } from "./reconcile.ts";
import type { SideName } from "./status.ts";
import { childrenOf, joinPath, namesOf, parentOf, topmost } from "./tree.ts";

/** More paths than these in one folder are looked at by way of the folder: it is quick to see what is the same in it. */
const mostSiblings = 32;

/** As few paths as cover the given ones. */
export function regionOf(paths: Iterable<Path>): readonly Path[] {
  let region = topmost(paths);
  for (let crowded = crowdedFolders(region); crowded.length > 0; crowded = crowdedFolders(region)) {
    region = topmost([...region, ...crowded]);
  }
  return region;
}

function crowdedFolders(region: readonly Path[]): readonly Path[] {
  const counts = new Map<Path, number>();
  for (const path of region) if (path !== "") counts.set(parentOf(path), (counts.get(parentOf(path)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > mostSiblings).map(([folder]) => folder);
}

export interface Unhashed {
  readonly side: SideName;
  readonly path: Path;
}

/** Files whose content is not known, where it has to be compared with that of another file. */
export function findUnhashed(trees: Trees, path: Path): readonly Unhashed[] {
  return [...unhashedAt(trees, "", namesOf(path))];
}

function* unhashedAt(trees: Trees, path: Path, [only, ...rest]: readonly string[]): Generator<Unhashed> {
  const { ancestor, host, container } = trees;
  if (host === container && host === ancestor) return;
  const files = [ancestor, host, container].filter((entry) => entry?.kind === "file").length;
  if (files > 1 && host !== container) {
    if (isUnknown(host)) yield { side: "host", path };
    if (isUnknown(container)) yield { side: "container", path };
  }
  const folders = [ancestor, host, container].filter((entry) => entry?.kind === "folder");
  if (folders.length < 2) return;
  const names = only === undefined ? new Set(folders.flatMap((folder) => [...childrenOf(folder).keys()])) : [only];
  for (const name of names) {
    const [a, h, c] = [ancestor, host, container].map((entry) => childrenOf(entry).get(name));
    if (a === h && h === c) continue;
    yield* unhashedAt({ ancestor: a, host: h, container: c }, joinPath(path, name), rest);
  }
}

/** Whether this is a file that nobody read. */
export function isUnknown(entry: Entry | undefined): boolean {
  return entry?.kind === "file" && entry.content.startsWith("?");
}
