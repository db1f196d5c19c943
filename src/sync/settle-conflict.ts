/**
 * Keeping both sides of a conflict: the newer one stays, the other is moved aside on its own side and syncs as a new file. One
 * that a process has open for writing stays in any case.
 */
import { conflictPath } from "./conflict-name.ts";
import { type Core, otherSide } from "./core.ts";
import type { Conflict, Path } from "./entry.ts";
import { isUnknown } from "./region.ts";
import { SideError, type Stat } from "./side.ts";
import type { SideName } from "./status.ts";

/** What cannot be settled waits. A file that was not read yet, or changed meanwhile, is looked at again first. */
export async function settleConflict(core: Core, conflict: Conflict): Promise<void> {
  const { options, conflicts } = core;
  const { path, host, container } = conflict;
  const areFiles = host?.kind === "file" && container?.kind === "file";
  if (areFiles && (isUnknown(host) || isUnknown(container))) return;
  if (options.onConflict === "wait") conflicts.set(path, conflict);
  else await keepBoth(core, conflict);
}

async function keepBoth(core: Core, conflict: Conflict): Promise<void> {
  const { path } = conflict;
  try {
    const [host, container] = await Promise.all([statOf(core, "host", path), statOf(core, "container", path)]);
    if (host === undefined || container === undefined) {
      for (const dirty of Object.values(core.dirty)) dirty.add([path]);
      return;
    }
    const isHostNewer = core.options.direction === "to-container" || host.mtimeNs >= container.mtimeNs;
    await moveAside(core, path, isHostNewer ? "container" : "host").catch((error: unknown) => {
      if (!isBusy(error) || core.options.direction === "to-container") throw error;
      return moveAside(core, path, isHostNewer ? "host" : "container");
    });
  } catch (error) {
    if (!(error instanceof SideError) || error.kind === "lost") throw error;
    if (isBusy(error)) {
      core.retries.add({ endpoint: core.endpoints.container, path, kind: "busy", reason: error.message });
      return;
    }
    core.conflicts.set(path, conflict);
    core.log(`${path}: ${error.message}`);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SideError && error.kind === "busy";
}

async function statOf({ endpoints }: Core, side: SideName, path: Path): Promise<Stat | undefined> {
  const { limit, side: calls } = endpoints[side];
  return limit(() => calls.stat(path));
}

async function moveAside(core: Core, path: Path, loser: SideName): Promise<void> {
  // without an ancestor all of the winner is new, and nothing of it is taken for deleted
  core.agreement.agree([{ path, entry: undefined }]);
  const copy = await moveToFree(core, path, loser);
  core.copies.add(copy);
  core.dirty[loser].add([path, copy]);
  core.todo.add(path);
  core.log(`${path} was changed on both sides: the ${otherSide(loser)}'s counts, the ${loser}'s is kept as ${copy}`);
}

const mostCopies = 100;

async function moveToFree({ endpoints }: Core, path: Path, loser: SideName): Promise<Path> {
  const { limit, side } = endpoints[loser];
  const date = new Date();
  for (let number = 0; ; number += 1) {
    const copy = conflictPath({ path, side: loser, date, number: number === 0 ? undefined : number });
    try {
      await limit(() => side.move(path, copy));
      return copy;
    } catch (error) {
      const isTaken = error instanceof SideError && error.kind === "changed" && number < mostCopies;
      if (!isTaken) throw error;
    }
  }
}
