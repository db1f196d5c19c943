/**
 * What is replaced or removed stays for a moment under a temporary name: whoever had it open then may still write to it, and what
 * is written late is kept. That name is at the root where it can be, so that no folder has to wait for it.
 */
import { linkSync, lstatSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { errnoOf } from "../../host/reason.ts";
import type { Path } from "../entry.ts";
import type { Stamp } from "../side.ts";
import { nameOf } from "../tree.ts";
import { changed } from "./failure.ts";
import { besides, lookAt, lookFor } from "./place.ts";
import { hasNoLinks, putNew } from "./put-new.ts";
import { isSameContent } from "./stat.ts";

export interface Aside {
  /** A finished file or link takes the place of what is expected there. */
  replace(beside: string, what: Expected): void;
  /** A file or a link goes. */
  remove(what: Expected): void;
}

export interface Expected {
  readonly path: Path;
  /** Absolute. */
  readonly place: string;
  readonly expected: Stamp;
}

export interface AsideOptions {
  /** Absolute real path. */
  readonly root: string;
  /** A name for content that came too late to the file at this path. */
  nameLate(path: Path): Path;
}

/** How long what is written late is waited for, milliseconds. */
const lateMs = 100;

export function createAside({ root, nameLate }: AsideOptions): Aside {
  const keep = (kept: string, path: Path) => {
    try {
      renameSync(kept, join(root, nameLate(path)));
    } catch {
      // the folder is gone
      renameSync(kept, join(root, nameLate(nameOf(path))));
    }
  };
  const dropLater = async (kept: string, path: Path, before: ReturnType<typeof lookFor>) => {
    await setTimeout(lateMs);
    try {
      const after = lookAt(kept);
      if (after === undefined) return;
      if (isSameContent(before, after)) rmSync(kept, { force: true });
      else keep(kept, path);
    } catch {
      // the next look at its folder finds it
    }
  };
  return {
    replace(beside, { path, place, expected }) {
      const before = lookFor(place, expected);
      const kept = link(root, place);
      renameSync(beside, place);
      if (kept === undefined) return;
      if (!isSameContent(before, lstatSync(kept, { bigint: true }))) {
        renameSync(kept, place);
        throw changed("it was written while it was replaced");
      }
      void dropLater(kept, path, before);
    },
    remove({ path, place, expected }) {
      const before = lookFor(place, expected);
      const kept = take(root, place);
      if (!isSameContent(before, lstatSync(kept, { bigint: true }))) {
        putNew(kept, place);
        rmSync(kept, { force: true });
        throw changed("it was written while it was removed");
      }
      void dropLater(kept, path, before);
    },
  };
}

/** Undefined where this system gives a file no second name. */
function link(root: string, place: string): string | undefined {
  for (const kept of namesAside(root, place)) {
    try {
      linkSync(place, kept);
      return kept;
    } catch (error) {
      if (!hasNoLinks(error)) throw error;
    }
  }
  return undefined;
}

function take(root: string, place: string): string {
  const [atRoot, beside] = namesAside(root, place);
  try {
    renameSync(place, atRoot);
    return atRoot;
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    renameSync(place, beside);
    return beside;
  }
}

/** At the root, and where something else is mounted below it, beside. */
function namesAside(root: string, place: string): readonly [atRoot: string, beside: string] {
  return [besides(join(root, basename(place)), "out"), besides(place, "out")];
}
