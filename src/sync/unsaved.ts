/** What the container alone holds, and would be lost with its volume. */
import { type Core, sideNames, treesOf } from "./core.ts";
import type { Entry, Path } from "./entry.ts";
import type { Loop } from "./loop.ts";
import type { Trees } from "./reconcile.ts";
import { findUnhashed } from "./region.ts";
import { childrenOf, ignored, joinPath, uncarried } from "./tree.ts";

/**
 * Paths of files and links in the container whose content the host does not have, and never had: what was agreed upon was there
 * once. Neither what is ignored counts, nor sockets and devices, nor a folder that holds nothing.
 */
export function* unsavedIn({ ancestor, host, container }: Trees, path: Path = ""): Generator<Path> {
  if (container === undefined || container === host || container === ancestor) return;
  if (container.kind === "folder") {
    for (const [name, child] of container.children) {
      const trees = { ancestor: childrenOf(ancestor).get(name), host: childrenOf(host).get(name), container: child };
      yield* unsavedIn(trees, joinPath(path, name));
    }
    return;
  }
  if (container === ignored || (container.kind === "unreadable" && container.reason === uncarried)) return;
  if (!holdsSame(container, host) && !holdsSame(container, ancestor)) yield path;
}

function holdsSame(one: Entry, other: Entry | undefined): boolean {
  if (one.kind === "file") return other?.kind === "file" && one.content === other.content;
  return one.kind === "link" && other?.kind === "link" && one.target === other.target;
}

/** Looks at both sides where that is not done all the time. To be called after a flush; throws `lost`. */
export async function findUnsaved(core: Core, loop: Loop): Promise<readonly Path[]> {
  if (loop.phase.state !== "idle") await lookAtRest(core, loop);
  return [...unsavedIn(treesOf(core))];
}

/** Nothing is brought over meanwhile, and all is compared when that goes on. */
async function lookAtRest(core: Core, loop: Loop): Promise<void> {
  const wasStopped = core.isStopped;
  core.isStopped = true;
  await loop.rest();
  try {
    await Promise.all(sideNames.map((side) => core.endpoints[side].readAll()));
    const unhashed = findUnhashed(treesOf(core), "");
    await Promise.all(
      sideNames.map((side) =>
        core.endpoints[side].hash(unhashed.filter((one) => one.side === side).map(({ path }) => path)),
      ),
    );
  } finally {
    for (const side of sideNames) core.dirty[side].addAll();
    core.isStopped = wasStopped;
    loop.wake();
  }
}
