/**
 * Giving things their place in the container so that nothing is lost that somebody else wrote there at the same moment.
 *
 * What somebody has open for writing is left alone. Else what is replaced or removed gets a temporary name first, in the same step. Nobody can open it by its old name then: once it
 * has no writer and is still as it was, it goes. Otherwise it comes back, or is kept beside.
 */
import type { Path } from "../entry.ts";
import { SideError, type Stamp, type Stat } from "../side.ts";
import { Refusal } from "./refusal.ts";
import { decodePlaced, type Placed } from "./replies.ts";
import type { SetAside } from "./set-aside.ts";
import { besideOf, type TemporaryNames } from "./temporary-names.ts";

export interface Placing {
  /** Ask for something that is made under the temporary name it is given, and takes the place of what is expected, if anything is. */
  put(path: Path, expected: Stamp | undefined, ask: (name: string) => Promise<Buffer>): Promise<Stat>;
  /** A file or a link. */
  remove(path: Path, expected: Stamp): Promise<void>;
  /** To where nothing stands. */
  move(from: Path, to: Path): Promise<void>;
}

export interface PlacingOptions {
  readonly names: TemporaryNames;
  readonly aside: SetAside;
  /** Something was brought back, or kept beside. */
  onChange(paths: readonly Path[]): void;
}

export function createPlacing({ names, aside, onChange }: PlacingOptions): Placing {
  const refuse = (path: Path): never => {
    onChange([path]);
    throw new SideError("changed", `\`${path}\` was changed at the same moment`);
  };
  return {
    put: (path, expected, ask) =>
      names.use(async (name) => {
        if (expected !== undefined) await aside.refuseBusy(path);
        const placed = decodePlaced(await ask(name));
        const isPlaced = await settle(aside, { path, beside: besideOf(name), placed });
        return isPlaced ? placed.stat : refuse(path);
      }),
    remove: (path, expected) =>
      names.use(async (name) => {
        await aside.refuseBusy(path);
        if (!(await remove(aside, { path, beside: besideOf(name), expected }))) refuse(path);
      }),
    async move(from, to) {
      await aside.refuseBusy(from);
      await aside.rename(from, to);
    },
  };
}

interface Settled {
  readonly path: Path;
  /** Where what it replaced is now. */
  readonly beside: Path;
  readonly placed: Placed;
}

/** Whether it stands in its place, and what it replaced is gone. */
async function settle(aside: SetAside, { path, beside, placed }: Settled): Promise<boolean> {
  const { stat, isOurs, isAsExpected, replaced } = placed;
  const isGone = replaced === undefined || (isAsExpected && (await aside.discard(beside, replaced.stamp)));
  if (!isGone) await bringBack(aside, { path, beside, ours: isOurs ? stat.stamp : 0 });
  return isGone && isOurs;
}

interface Removal {
  readonly path: Path;
  readonly beside: Path;
  readonly expected: Stamp;
}

async function remove(aside: SetAside, { path, beside, expected }: Removal): Promise<boolean> {
  const { isOurs, stat } = await aside.rename(path, beside, { expected });
  if (isOurs && (await aside.discard(beside, stat.stamp))) return true;
  await bringBack(aside, { path, beside, ours: 0 });
  return false;
}

interface Return {
  readonly path: Path;
  readonly beside: Path;
  /** Stamp of what took its place; 0: nothing. */
  readonly ours: Stamp;
}

/** It stands where it was again, unless something newer does: then it is kept beside. */
async function bringBack(aside: SetAside, { path, beside, ours }: Return): Promise<void> {
  const placed = await aside.rename(beside, path, { size: ours }).catch(unlessRefused);
  const isBack = placed?.isAsExpected === true && (await aside.discard(beside, placed.replaced?.stamp ?? 0));
  if (!isBack) await aside.keep(beside, path);
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error;
}
