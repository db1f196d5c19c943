/** Temporary names, for what is on its way into a place, or out of it. */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryPrefix } from "../side.ts";

/** Tells the names that this process gives from those that are left by one that was killed. */
const ownNames = randomBytes(4).toString("hex");
const outPrefix = `${temporaryPrefix}out.`;
const inUse = new Set<string>();

export interface Temporary {
  /** Whether this process gave the name. */
  readonly isOwn: boolean;
  readonly way: "in" | "out";
  /** What stands there is being written. */
  readonly isInUse: boolean;
}

export function temporaryOf(name: string): Temporary {
  const way = name.startsWith(outPrefix) ? "out" : "in";
  const rest = name.slice(way === "out" ? outPrefix.length : temporaryPrefix.length);
  return { isOwn: rest.startsWith(ownNames), way, isInUse: inUse.has(name) };
}

/** An absolute place beside another one, for what is on its way out of that. */
export function outOf(place: string): string {
  return join(dirname(place), newName(outPrefix));
}

/** The same for what is on its way in; what stands there at the end goes. */
export function openBeside(place: string): Disposable & { readonly place: string } {
  const name = newName(temporaryPrefix);
  const beside = join(dirname(place), name);
  inUse.add(name);
  return {
    place: beside,
    [Symbol.dispose]() {
      inUse.delete(name);
      rmSync(beside, { force: true });
    },
  };
}

function newName(prefix: string): string {
  return `${prefix}${ownNames}${randomBytes(6).toString("hex")}`;
}
