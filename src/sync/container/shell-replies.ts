/** What the shell's answers hold. */
import { createHash } from "node:crypto";
import type { Listing, Stat } from "../side.ts";
import { isTemporaryName } from "../side.ts";

/** Fields that end with NUL, and content of a length that a field told. */
export interface FieldReader {
  /** Undefined at the end. */
  field(): Promise<Buffer | undefined>;
  /** Throws when the stream ends before. */
  content(length: number): AsyncGenerator<Buffer>;
}

export function openFields(stream: AsyncIterable<Buffer>): FieldReader {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async () => {
    const { value, done } = await chunks.next();
    return done === true ? undefined : value;
  };
  return {
    async field() {
      const parts: Buffer[] = [];
      for (;;) {
        const end = rest.indexOf(0);
        if (end >= 0) {
          parts.push(rest.subarray(0, end));
          rest = rest.subarray(end + 1);
          return Buffer.concat(parts);
        }
        parts.push(rest);
        const next = await more();
        if (next === undefined) return undefined;
        rest = next;
      }
    },
    async *content(length) {
      for (let left = length; left > 0; ) {
        if (rest.length === 0) rest = (await more()) ?? ended();
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}

function ended(): never {
  throw new Error("the shell ended within a file");
}

/** What stands at a place, and the shell's own words for it, by which it knows it again. */
export interface Looked {
  readonly stat: Stat;
  readonly meta: string;
}

/** `meta`: mode in hexadecimal, size, inode, time of modification and of change; `link`: what it leads to, and `\n.`. */
export function lookedOf(meta: Buffer, now: string, link?: Buffer): Looked {
  const text = meta.toString("latin1");
  const [mode = "", size, inode] = text.split(" ", 3);
  const bits = Number.parseInt(mode, 16);
  const [modified = "", changed = ""] = text.slice(mode.length + `${size}${inode}`.length + 3).split("|");
  const target = link?.subarray(0, -2);
  const kind = target !== undefined && !isText(target) ? "other" : (kinds[bits >> 12] ?? "other");
  const stat = {
    kind,
    mode: bits & 0o777,
    size: Number(size),
    mtimeNs: nanosecondsOf(modified),
    stamp: stampOf(text),
    inode: Number(inode),
    isFresh: nanosecondsOf(now) - nanosecondsOf(changed) < (changed.includes(".000000000 ") ? coarseNs : fineNs),
  };
  return { stat: kind === "link" ? { ...stat, target: target?.toString() ?? "" } : stat, meta: text };
}

const kinds: Readonly<Record<number, Stat["kind"]>> = { 8: "file", 4: "folder", 10: "link" };
/** The kernel's tick, with room; where `stat` tells seconds alone, one of them. */
const fineNs = 20_000_000n;
const coarseNs = 2_000_000_000n;

/** `2026-02-03 04:05:06.123456789 +0000` */
function nanosecondsOf(time: string): bigint {
  const [, seconds = "", fraction = ""] = /^(.{19,}?)(?:\.(\d+))? \+0000$/.exec(time) ?? [];
  return BigInt(Date.parse(`${seconds.replace(" ", "T")}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Of 48 bits; 0 is none. */
function stampOf(meta: string): number {
  return createHash("sha256").update(meta).digest().readUIntBE(0, 6) || 1;
}

/** `text`: lines `META//./NAME//`, which no name has in it; `links`: names, and where they lead. */
export function listingOf(text: Buffer, links: readonly Buffer[], now: string): Listing | undefined {
  const targets = new Map<string, Buffer>();
  for (let at = 0; at + 1 < links.length; at += 2) targets.set(latin(links[at] as Buffer), links[at + 1] as Buffer);
  const children = new Map<string, Stat | string>();
  let folder: Stat | undefined;
  for (const line of latin(text).split("//\n")) {
    const end = line.indexOf("//");
    if (end < 0) continue;
    const path = line.slice(end + 2);
    const name = Buffer.from(path.slice(2), "latin1");
    const { stat } = lookedOf(Buffer.from(line.slice(0, end)), now, targets.get(path));
    if (path === ".") folder = stat;
    else if (!isText(name)) children.set(name.toString(), "its name is not UTF-8");
    else if (!isTemporaryName(path.slice(2))) children.set(name.toString(), stat);
  }
  return folder === undefined ? undefined : { folder, children };
}

function latin(bytes: Buffer): string {
  return bytes.toString("latin1");
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
