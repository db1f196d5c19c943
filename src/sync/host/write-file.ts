import {
  type BigIntStats,
  closeSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lstatSync,
  openSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Path } from "../entry.ts";
import { incomplete, type NewFile, SideError, type Stat } from "../side.ts";
import type { Aside } from "./aside.ts";
import { lookFor, oursAt } from "./place.ts";
import { putNew } from "./put-new.ts";
import { statOf } from "./stat.ts";
import { type Temporaries, unlessApart } from "./temporaries.ts";

export interface Destination {
  readonly path: Path;
  /** Absolute. */
  readonly place: string;
  readonly aside: Aside;
  readonly temporaries: Temporaries;
}

/** Whole or not at all: into a file elsewhere, which takes the place by a rename. */
export async function writeWhole(
  { place, path, aside, temporaries }: Destination,
  file: NewFile,
  content: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<Stat> {
  const { expected } = file;
  const old = expected === undefined ? undefined : lookFor(place, expected);
  let ours: BigIntStats;
  {
    using beside = temporaries.openFor(place, { old, new: file });
    await writeBeside(beside.place, { ...file, group: groupFor(place, beside.place) }, content);
    ours = lstatSync(beside.place, { bigint: true });
    await unlessApart(temporaries, place, async () => {
      if (expected === undefined) putNew(beside.place, place);
      else await aside.replace(beside.place, { path, place, expected });
    });
  }
  return statOf(oursAt(place, ours));
}

/** What it would get of its folder if it were made there; undefined: it is the same. */
function groupFor(place: string, beside: string): number | undefined {
  if (dirname(place) === dirname(beside)) return undefined;
  const { mode, gid } = lstatSync(dirname(place));
  return (mode & setGroup) === 0 ? undefined : gid;
}

const setGroup = 0o2000;

interface Written extends NewFile {
  readonly group: number | undefined;
}

async function writeBeside(
  beside: string,
  { mode, mtimeNs, size, group }: Written,
  content: AsyncIterable<Uint8Array> | Uint8Array,
) {
  const file = openSync(beside, "wx", incomplete);
  try {
    let written = 0;
    const write = (bytes: Uint8Array) => {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
      written += bytes.length;
    };
    if (content instanceof Uint8Array) write(content);
    else for await (const bytes of content) write(bytes);
    if (written !== size) throw new SideError("changed", `${written} of ${size} bytes came`);
    if (group !== undefined) setGroupOf(file, group);
    fchmodSync(file, mode);
    const seconds = Number(mtimeNs) / 1e9;
    futimesSync(file, seconds, seconds);
  } finally {
    closeSync(file);
  }
}

/** Only who is in it may. */
function setGroupOf(file: number, group: number): void {
  try {
    fchownSync(file, -1, group);
  } catch {}
}
