/** Changes of single places, each refused where something else stands there than expected. */
import { chmodSync, lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { SideError, type Stamp, type Stat } from "../side.ts";
import { changed } from "./failure.ts";
import { besides, lookAt, lookFor } from "./place.ts";
import { isSameContent, statOf } from "./stat.ts";
import { putNew, type Replaced, replace } from "./write-file.ts";

export function makeFolder(place: string, mode: number): Stat {
  mkdirSync(place);
  chmodSync(place, mode);
  return statOf(lstatSync(place, { bigint: true }));
}

/** `replaced` is undefined where nothing may stand. */
export function makeLink(place: string, target: string, replaced: Replaced | undefined): Stat {
  const beside = besides(place, "in");
  symlinkSync(target, beside);
  try {
    if (replaced === undefined) putNew(beside, place);
    else replace(beside, place, replaced);
  } finally {
    rmSync(beside, { force: true });
  }
  return statOf(lstatSync(place, { bigint: true }), target);
}

export function setMode(place: string, mode: number): Stat {
  // a link's mode means nothing, and that of what it leads to is not ours
  if (lstatSync(place).isSymbolicLink()) throw changed("a link stands there now");
  chmodSync(place, mode);
  return statOf(lstatSync(place, { bigint: true }));
}

/** A folder must be empty, and its stamp is not looked at. */
export function remove(place: string, expected: Stamp, kind: "file" | "folder" | "link"): void {
  if (kind === "folder") rmdirSync(place);
  else removeFile(place, expected);
}

/** It goes out of its place first, so that what was written at the last moment is seen and put back. */
function removeFile(place: string, expected: Stamp): void {
  const before = lookFor(place, expected);
  const beside = besides(place, "out");
  renameSync(place, beside);
  const isSame = isSameContent(before, lstatSync(beside, { bigint: true }));
  if (!isSame) putNew(beside, place);
  rmSync(beside, { force: true });
  if (!isSame) throw changed("it was written while it was removed");
}

/** To a place where nothing stands. */
export function move(from: string, to: string): void {
  const stats = lookAt(from);
  if (stats === undefined) throw new SideError("missing", "nothing stands there");
  if (stats.isDirectory()) {
    if (lookAt(to) !== undefined) throw changed("something stands there now");
    renameSync(from, to);
    return;
  }
  putNew(from, to);
  rmSync(from, { force: true });
}
