import { type BigIntStats, closeSync, fchmodSync, futimesSync, lstatSync, openSync, writeSync } from "node:fs";
import type { Path } from "../entry.ts";
import { incomplete, type NewFile, SideError, type Stat } from "../side.ts";
import type { Aside } from "./aside.ts";
import { oursAt } from "./place.ts";
import { putNew } from "./put-new.ts";
import { statOf } from "./stat.ts";
import { openBeside } from "./temporary.ts";

export interface Destination {
  readonly path: Path;
  /** Absolute. */
  readonly place: string;
  readonly aside: Aside;
}

/** Whole or not at all: into a file beside, which takes the place by a rename. */
export async function writeWhole(
  { place, path, aside }: Destination,
  file: NewFile,
  content: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<Stat> {
  let ours: BigIntStats;
  {
    using beside = openBeside(place);
    await writeBeside(beside.place, file, content);
    ours = lstatSync(beside.place, { bigint: true });
    if (file.expected === undefined) putNew(beside.place, place);
    else await aside.replace(beside.place, { path, place, expected: file.expected });
  }
  return statOf(oursAt(place, ours));
}

async function writeBeside(
  beside: string,
  { mode, mtimeNs, size }: NewFile,
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
    fchmodSync(file, mode);
    const seconds = Number(mtimeNs) / 1e9;
    futimesSync(file, seconds, seconds);
  } finally {
    closeSync(file);
  }
}
