import { randomBytes } from "node:crypto";
import { type BigIntStats, lstatSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { errnoOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import { SideError, type Stamp, temporaryPrefix } from "../side.ts";
import { changed } from "./failure.ts";
import { stampOf } from "./stat.ts";

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
    if (real.size === 0) setImmediate(() => real.clear());
    const above = dirname(path);
    if (real.has(above)) {
      checkPath(path);
      return join(root, path);
    }
    const place = placeOf(root, path);
    real.add(above);
    return place;
  };
}

/** Names that this process gives, of others' that are left by one that was killed. */
const ownNames = randomBytes(4).toString("hex");
const outPrefix = `${temporaryPrefix}out.`;

/** A name for what is on its way into a place, or out of it. */
export function besides(place: string, way: "in" | "out"): string {
  const prefix = way === "in" ? temporaryPrefix : outPrefix;
  return join(dirname(place), `${prefix}${ownNames}${randomBytes(6).toString("hex")}`);
}

/** Of a name that a process gave. */
export function wayOf(name: string): { readonly isOwn: boolean; readonly way: "in" | "out" } {
  const way = name.startsWith(outPrefix) ? "out" : "in";
  const rest = name.slice(way === "out" ? outPrefix.length : temporaryPrefix.length);
  return { isOwn: rest.startsWith(ownNames), way };
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

/** What stands there, when it is what is expected; throws `changed`. */
export function lookFor(place: string, expected: Stamp): BigIntStats {
  const stats = lookAt(place);
  if (stats === undefined || stampOf(stats) !== expected) throw changed("something else stands there now");
  return stats;
}

function checkPath(path: Path): void {
  const names = path === "" ? [] : path.split("/");
  const isBad = (name: string) => name === "" || name === "." || name === ".." || name.includes("\0");
  if (names.some(isBad)) throw new SideError("problem", `\`${path}\` is no path below the root`);
  // what is a plain character inside may part folders or name a drive here
  if (sep !== "/" && names.some((name) => /[\\:]/.test(name))) {
    throw new SideError("problem", `\`${path}\` cannot be written on this system`);
  }
}
