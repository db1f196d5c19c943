/**
 * Giving things their place in the container so that nothing is lost that somebody else wrote there at the same moment.
 *
 * What is replaced or removed gets a temporary name first, in the same step. Nobody can open it by its old name then: once it
 * has no writer and is still as it was, it goes. Otherwise it comes back, or is kept beside.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { conflictPath } from "../conflict-name.ts";
import type { Path } from "../entry.ts";
import { SideError, type Stamp, type Stat } from "../side.ts";
import { joinPath, parentOf } from "../tree.ts";
import type { Channel } from "./channel.ts";
import { busy, Refusal } from "./refusal.ts";
import { type AgentStat, decodePlaced, type Placed } from "./replies.ts";
import type { TemporaryNames } from "./temporary-names.ts";
import { anything, folder as emptyFolder, type Request } from "./wire.ts";

export interface Placing {
  /** Ask for something that is made under the temporary name it is given, and takes the place of what is expected. */
  put(path: Path, ask: (name: string) => Promise<Buffer>): Promise<Stat>;
  /** A file or a link. */
  remove(path: Path, expected: Stamp): Promise<void>;
  /** To where nothing stands. */
  move(from: Path, to: Path): Promise<void>;
  /** What stands in a folder under temporary names; those that no call is at work with are of an agent that was killed. */
  sweep(folder: Path, found: ReadonlyMap<string, AgentStat>): Promise<void>;
}

export interface PlacingOptions {
  readonly channel: Channel;
  readonly names: TemporaryNames;
  /** Something was brought back, or kept beside. */
  onChange(paths: readonly Path[]): void;
}

export function createPlacing({ channel, names, onChange }: PlacingOptions): Placing {
  const rename = async (path: Path, name: Path, { expected = anything, size = 0 }: Partial<Request> = {}) =>
    decodePlaced(await channel.call({ type: "rename", path, name, expected, size }, path));
  const keepBeside = async (beside: Path, path: Path) => onChange([await moveToFree(rename, beside, path)]);

  /** Whether it is gone: nobody writes to it, and nobody has. */
  const discard = async (beside: Path, expected: Stamp): Promise<boolean> => {
    for (let tries = 0; ; tries += 1) {
      try {
        await channel.call({ type: "remove", path: beside, expected }, beside);
        return true;
      } catch (error) {
        if (!(error instanceof Refusal) || error.kind === "missing") return unlessLost(error);
        if (error.errno !== busy || tries >= patienceMs) return false;
      }
      await sleep(1);
    }
  };

  /** The one that was replaced stands again where it was, unless something newer does. */
  const bringBack = async (path: Path, beside: Path, ours: Stamp) => {
    const placed = await rename(beside, path, { size: ours }).catch(unlessRefused);
    const isOursGone = placed?.isAsExpected && (await discard(beside, placed.replaced?.stamp ?? 0));
    if (!isOursGone) await keepBeside(beside, path);
  };

  const settle = async (path: Path, beside: Path, placed: Placed) => {
    const { stat, isOurs, isAsExpected, replaced } = placed;
    const isGone = replaced === undefined || (isAsExpected && (await discard(beside, replaced.stamp)));
    if (!isGone) await bringBack(path, beside, isOurs ? stat.stamp : 0);
    if (isGone && isOurs) return;
    onChange([path]);
    throw changed(path);
  };

  return {
    put: (path, ask) =>
      names.use(async (name) => {
        const placed = decodePlaced(await ask(name));
        await settle(path, joinPath(parentOf(path), name), placed);
        return placed.stat;
      }),
    remove: (path, expected) =>
      names.use(async (name) => {
        const beside = joinPath(parentOf(path), name);
        const { isOurs, stat } = await rename(path, beside, { expected });
        if (isOurs && (await discard(beside, stat.stamp))) return;
        const isBack = (await rename(beside, path).catch(unlessRefused)) !== undefined;
        if (!isBack) await keepBeside(beside, path);
        onChange([path]);
        throw changed(path);
      }),
    async move(from, to) {
      await rename(from, to);
    },
    async sweep(folder, found) {
      for (const [name, stat] of found) {
        if (names.isInUse(name)) continue;
        const beside = joinPath(folder, name);
        const done = isWrittenLate(stat)
          ? keepBeside(beside, joinPath(folder, "recovered"))
          : channel.call({ type: "remove", path: beside, ...removalOf(stat) }, beside);
        await done.catch(unlessRefused);
      }
    },
  };
}

/** How long whoever writes to what was replaced may take to end. */
const patienceMs = 50;

function changed(path: Path): SideError {
  return new SideError("changed", `\`${path}\` was changed at the same moment`);
}

function unlessRefused(error: unknown): undefined {
  unlessLost(error);
  return undefined;
}

function unlessLost(error: unknown): true {
  if (error instanceof Refusal) return true;
  throw error;
}

const mostCopies = 100;

async function moveToFree(rename: (from: Path, to: Path) => Promise<unknown>, from: Path, path: Path): Promise<Path> {
  const date = new Date();
  for (let number = 0; ; number += 1) {
    const copy = conflictPath({ path, side: "container", date, number: number === 0 ? undefined : number });
    try {
      await rename(from, copy);
      return copy;
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "changed" || number >= mostCopies) throw error;
    }
  }
}

/** A file that is not complete has a mode that no other has. */
const incomplete = 0o200;

function isWrittenLate({ kind, mode, isLate }: AgentStat): boolean {
  return kind === "file" && isLate && (mode & ~incomplete) !== 0;
}

function removalOf({ kind, stamp }: AgentStat): Pick<Request, "expected" | "mode"> {
  return kind === "folder" ? { mode: emptyFolder } : { expected: stamp };
}
