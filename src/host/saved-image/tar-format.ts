/** The blocks of a tar: ustar with records of pax, and what GNU's writes in their place. */

export const blockSize = 512;

/** One character; `5` is a folder. */
export type TarType = string;

export interface TarHeader {
  readonly name: string;
  readonly type: TarType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkname: string;
  readonly device: readonly [number, number];
}

/** Undefined for a block of zeroes. Throws plain errors for what is no header. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (number(block, 148, 8) !== checksumOf(block)) throw new Error("it has a damaged header");
  const name = text(block, 0, 100);
  const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? text(block, 345, 155) : "";
  const type = block.toString("latin1", 156, 157);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: type === "\0" || type === "7" ? "0" : type,
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    linkname: text(block, 157, 100),
    device: [number(block, 329, 8), number(block, 337, 8)],
  };
}

/** The sum of a header's bytes, its own field counted as spaces. */
export function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < blockSize; index++) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  return sum;
}

/** How many bytes fill the last block. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

/** Octal digits, or after a set first bit the number itself. */
function number(block: Buffer, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  const first = field[0] ?? 0;
  if (first >= 0x80) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
  const digits = field.toString("latin1").replaceAll("\0", " ").trim();
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function text(block: Buffer, start: number, length: number): string {
  return untilNull(block.subarray(start, start + length)).toString("utf8");
}

export function untilNull(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

export type PaxRecords = ReadonlyMap<string, Buffer>;

/** `LENGTH KEY=VALUE\n`, the length counting all of it; a value may be any bytes. */
export function parsePax(bytes: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(" ", at);
    const length = Number(bytes.toString("latin1", at, space));
    const equals = bytes.indexOf("=", space);
    if (space < 0 || equals < 0 || !(length > 0) || at + length > bytes.length)
      throw new Error("it has damaged records");
    records.set(bytes.toString("utf8", space + 1, equals), bytes.subarray(equals + 1, at + length - 1));
    at += length;
  }
  return records;
}

export function printPax(records: PaxRecords): Buffer {
  return Buffer.concat([...records].map(([key, value]) => printRecord(key, value)));
}

function printRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
