import {
  closeSync,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { setTimeout } from "node:timers/promises";
import { errnoOf } from "../../host/reason.ts";
import { type NewFile, SideError, type Stamp, type Stat } from "../side.ts";
import { changed } from "./failure.ts";
import { besides, lookAt, lookFor } from "./place.ts";
import { isSameContent, statOf } from "./stat.ts";

/** A program that had the replaced file open may write to it that long, and its bytes are kept. Milliseconds. */
const lateWriterMs = 100;

/** Whole or not at all: into a file beside, which takes the place by a rename. */
export async function writeWhole(
  place: string,
  file: NewFile,
  content: AsyncIterable<Uint8Array> | Uint8Array,
  onLateWriter: (kept: string) => void,
): Promise<Stat> {
  const beside = besides(place, "in");
  try {
    await writeBeside(beside, file, content);
    if (file.expected === undefined) putNew(beside, place);
    else replace(beside, place, { expected: file.expected, onLateWriter });
  } finally {
    rmSync(beside, { force: true });
  }
  return statOf(lstatSync(place, { bigint: true }));
}

async function writeBeside(
  beside: string,
  { mode, mtimeNs, size }: NewFile,
  content: AsyncIterable<Uint8Array> | Uint8Array,
) {
  const file = openSync(beside, "wx", 0o600);
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

/** Take a place where nothing stands. */
export function putNew(beside: string, place: string): void {
  try {
    // unlike a rename, a link never replaces
    linkSync(beside, place);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    if (lookAt(place) !== undefined) throw changed("something stands there now");
    renameSync(beside, place);
  }
}

export interface Replaced {
  readonly expected: Stamp;
  onLateWriter(kept: string): void;
}

/**
 * Take the place of what is expected there. The old file keeps a second name for a moment: whoever wrote to it
 * meanwhile, or still had it open, finds what was written beside.
 */
export function replace(beside: string, place: string, { expected, onLateWriter }: Replaced): void {
  const before = lookFor(place, expected);
  const kept = besides(place, "out");
  const isKept = keep(place, kept);
  renameSync(beside, place);
  if (!isKept) return;
  if (!isSameContent(before, lstatSync(kept, { bigint: true }))) {
    renameSync(kept, place);
    throw changed("it was written while it was replaced");
  }
  void setTimeout(lateWriterMs).then(() => {
    try {
      const after = lookAt(kept);
      if (after === undefined) return;
      if (isSameContent(before, after)) rmSync(kept, { force: true });
      else onLateWriter(kept);
    } catch {
      // the folders above it are others now: what is in them went with them
    }
  });
}

/** False where this system gives a file no second name. */
function keep(place: string, kept: string): boolean {
  try {
    linkSync(place, kept);
    return true;
  } catch (error) {
    if (hasNoLinks(error)) return false;
    throw error;
  }
}

function hasNoLinks(error: unknown): boolean {
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"].includes(errnoOf(error) ?? "");
}
