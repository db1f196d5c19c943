import { isAscii } from "node:buffer";
import { blockSize, checksumOf, paddingOf, printPax, type TarHeader } from "./tar-format.ts";

/** What every entry of a canonical tar has as its time: the SOURCE_DATE_EPOCH of builds. */
export const canonicalTime = 1577836800;

/** The blocks before an entry's content, the same for the same entry: ustar, with pax for what that cannot hold. */
export function printHeader(header: TarHeader, xattrs: readonly (readonly [string, Buffer])[] = []): Buffer {
  const records = [...neededRecords(header), ...xattrs].sort(([one], [other]) => (one < other ? -1 : 1));
  if (records.length === 0) return printBlock(header);
  const pax = printPax(new Map(records));
  const extended = { ...plain, name: "pax", type: "x", mode: 0o644, size: pax.length };
  return Buffer.concat([printBlock(extended), pax, Buffer.alloc(paddingOf(pax.length)), printBlock(header)]);
}

/** The end of a tar. */
export const tarEnd: Uint8Array = Buffer.alloc(2 * blockSize);

const plain: TarHeader = { name: "", type: "0", mode: 0, uid: 0, gid: 0, size: 0, linkname: "", device: [0, 0] };
const nameLength = 100;
const largestId = 0o7777777;
const largestSize = 0o77777777777;

function neededRecords({ name, linkname, uid, gid, size }: TarHeader): [string, Buffer][] {
  const fits = (text: string) => isAscii(Buffer.from(text)) && text.length <= nameLength;
  const records: (readonly [string, string | number, boolean])[] = [
    ["path", name, !fits(name)],
    ["linkpath", linkname, !fits(linkname)],
    ["uid", uid, uid > largestId],
    ["gid", gid, gid > largestId],
    ["size", size, size > largestSize],
  ];
  return records.filter(([, , isNeeded]) => isNeeded).map(([key, value]) => [key, Buffer.from(String(value))]);
}

/** What does not fit is cut, or 0: the record before it says it. */
function printBlock({ name, type, mode, uid, gid, size, linkname, device }: TarHeader): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, start: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
  Buffer.from(name).copy(block, 0, 0, nameLength);
  octal(mode, 100, 8);
  octal(uid > largestId ? 0 : uid, 108, 8);
  octal(gid > largestId ? 0 : gid, 116, 8);
  octal(size > largestSize ? 0 : size, 124, 12);
  octal(canonicalTime, 136, 12);
  block.write(type, 156, "latin1");
  Buffer.from(linkname).copy(block, 157, 0, nameLength);
  block.write("ustar\u000000", 257, "latin1");
  octal(device[0], 329, 8);
  octal(device[1], 337, 8);
  block.write(`${checksumOf(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
