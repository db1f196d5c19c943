/** Which paths to read so that all changes of a writable layer are seen. */
import { posix } from "node:path";

interface LayerChange {
  /** Absolute. */
  readonly path: string;
  /** Not in the image: nor is anything below it. */
  readonly isNew: boolean;
}

/**
 * Reads in a folder that cost more than one of all of it: an engine takes some tenths of a second for each,
 * in which it reads megabytes. The folders near the root, such as `/usr/lib`, may hold many of them.
 */
function mostReads(folder: string): number {
  return folder.split("/").length > 3 ? 4 : 12;
}

/** What stands for bytes that are no UTF-8: where it does, a name is not the one that the file has. */
const replacement = "\uFFFD";

/** A path as engines tell it, and as it stands in a tar: the one replaces broken bytes one by one, the other several at once. */
export function comparable(path: string): string {
  return path.replace(/\uFFFD+/g, replacement);
}

/** Files and whole folders that together hold every change; few also where hundreds of files changed. */
export function layerReads(changes: readonly LayerChange[]): readonly string[] {
  const children = Map.groupBy(changes, ({ path }) => posix.dirname(path));
  const readsOf = ({ path, isNew }: LayerChange): readonly string[] => {
    const below = children.get(path) ?? [];
    // nothing can be asked for by such a name
    if (path.includes(replacement)) return [posix.dirname(path)];
    if (isNew) return [path];
    const reads = below.flatMap(readsOf);
    // what is changed and has nothing changed below is a file, or a folder with another owner or mode
    if (below.length === 0) return [path];
    return reads.length > mostReads(path) ? [path] : reads;
  };
  return [...new Set((children.get("/") ?? []).filter(({ path }) => path !== "/").flatMap(readsOf))];
}
