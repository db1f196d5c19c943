import { type BigIntStats, lstatSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { errnoOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { SideError, type Stamp } from "../side.ts";
import { changed } from "./failure.ts";
import { isSameContent, stampOf } from "./stat.ts";

/**
 * The absolute place of a path. The folders above it are real ones below the root: none is a link at this
 * moment, and nothing but this process and the person at the host can make one of them into a link.
 */
export function placeOf(root: string, path: Path): string {
  checkPath(path);
  if (path === "") return root;
  const place = join(root, path);
  const above = dirname(place);
  if (realpathSync.native(above) !== above) throw changed(`\`${path}\` is reached by way of a link`);
  return place;
}

/** The same for what is only read: a folder that is real counts as such until the end of this turn of the event loop. */
export function createPlaces(root: string): (path: Path) => string {
  const real = new Set<string>();
  return (path) => {
    if (path === "") return root;
    if (real.size === 0) setImmediate(() => real.clear());
    const above = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (real.has(above)) {
      checkPath(path);
      return `${root}${sep}${path}`;
    }
    const place = placeOf(root, path);
    real.add(above);
    return place;
  };
}

/** Undefined when nothing stands there. */
export function lookAt(place: string): BigIntStats | undefined {
  try {
    return lstatSync(place, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * What was put there, as it is now that it has no other name: losing one counts as a change. What somebody else put in its place
 * since then is not ours, and what it was like before is like nothing that stands there.
 */
export function oursAt(place: string, ours: BigIntStats): BigIntStats {
  const now = lookAt(place);
  return now !== undefined && now.mode === ours.mode && isSameContent(now, ours) ? now : ours;
}

/** What stands there, when it is what is expected; throws `changed`. */
export function lookFor(place: string, expected: Stamp): BigIntStats {
  const stats = lookAt(place);
  if (stats === undefined || stampOf(stats) !== expected) throw changed("something else stands there now");
  return stats;
}

/** A name that is empty, `.` or `..`, or holds a NUL. */
const noPath = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

function checkPath(path: Path): void {
  if (path !== "" && noPath.test(path)) throw new SideError("problem", `\`${path}\` is no path below the root`);
  // what is a plain character inside may part folders or name a drive here
  if (sep !== "/" && /[\\:]/.test(path)) {
    throw new SideError("problem", `\`${path}\` cannot be written on this system`);
  }
}
