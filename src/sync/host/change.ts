/** Changes of single places, each refused where something else stands there than expected. */
import { type BigIntStats, chmodSync, lstatSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { SideError, type Stamp, type Stat } from "../side.ts";
import { changed } from "./failure.ts";
import { lookAt, oursAt } from "./place.ts";
import { putNew } from "./put-new.ts";
import { statOf } from "./stat.ts";
import { unlessApart } from "./temporaries.ts";
import type { Destination } from "./write-file.ts";

export function makeFolder(place: string, mode: number): Stat {
  mkdirSync(place);
  chmodSync(place, mode);
  return statOf(lstatSync(place, { bigint: true }));
}

/** Takes the place of what is expected, or of nothing. */
export async function makeLink(
  { place, path, aside, temporaries }: Destination,
  target: string,
  expected: Stamp | undefined,
): Promise<Stat> {
  let ours: BigIntStats;
  {
    using beside = temporaries.openFor(place, {});
    symlinkSync(target, beside.place);
    ours = lstatSync(beside.place, { bigint: true });
    await unlessApart(temporaries, place, async () => {
      if (expected === undefined) putNew(beside.place, place);
      else await aside.replace(beside.place, { path, place, expected });
    });
  }
  return statOf(oursAt(place, ours), target);
}

export function setMode(place: string, mode: number): Stat {
  // a link's mode means nothing, and that of what it leads to is not ours
  if (lstatSync(place).isSymbolicLink()) throw changed("a link stands there now");
  chmodSync(place, mode);
  return statOf(lstatSync(place, { bigint: true }));
}

/** To a place where nothing stands. */
export function move({ path, place, aside }: Destination, to: string): void {
  const stats = lookAt(place);
  if (stats === undefined) throw new SideError("missing", "nothing stands there");
  if (stats.isDirectory()) {
    if (lookAt(to) !== undefined) throw changed("something stands there now");
    renameSync(place, to);
    return;
  }
  aside.move({ path, place }, to);
}
