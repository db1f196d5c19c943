/** Extended attributes of a tar's entries by their bytes: the library that reads the tar takes all for UTF-8. */

export type Xattrs = Readonly<Record<string, string>>;

export interface XattrsTap {
  /** The tar, unchanged. */
  readonly tar: AsyncIterable<Uint8Array>;
  /** Of the entry at this place, meta entries not counted, once its header has passed. */
  take(index: number): Xattrs | undefined;
}

const blockSize = 512;
const prefix = Buffer.from("SCHILY.xattr.");

/** Read the extended attributes of a plain tar while it passes. */
export function tapXattrs(tar: AsyncIterable<Uint8Array>): XattrsTap {
  const found = new Map<number, Xattrs>();
  const read = blockReader(found);
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of tar) {
      read(chunk);
      yield chunk;
    }
  }
  return {
    tar: pass(),
    take: (index) => {
      const xattrs = found.get(index);
      found.delete(index);
      return xattrs;
    },
  };
}

/** Takes the tar in pieces of any size; contents of files are stepped over, not copied. */
function blockReader(found: Map<number, Xattrs>): (chunk: Uint8Array) => void {
  const header = Buffer.alloc(blockSize);
  let [block, filled, skip, index] = [header, 0, 0, 0];
  let records: Records = { xattrs: {} };
  const atEntry = (type: string, size: number) => {
    if (Object.keys(records.xattrs).length > 0) found.set(index, records.xattrs);
    skip = type === "5" ? 0 : padded(records.size ?? size);
    records = { xattrs: {} };
    index += 1;
  };
  const atHeader = () => {
    // the end is all zeroes
    if (header[0] === 0) return;
    const size = readNumber(header.subarray(124, 136));
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x" && size > 0) block = Buffer.alloc(size);
    else if ("xgLKN".includes(type)) skip = padded(size);
    else atEntry(type, size);
  };
  const atRecords = () => {
    records = readRecords(block);
    skip = padded(block.length) - block.length;
    block = header;
  };
  return (chunk) => {
    for (let offset = 0; offset < chunk.length; ) {
      const step = Math.min(skip > 0 ? skip : block.length - filled, chunk.length - offset);
      if (skip > 0) skip -= step;
      else {
        block.set(chunk.subarray(offset, offset + step), filled);
        filled += step;
      }
      offset += step;
      if (filled < block.length) continue;
      filled = 0;
      if (block === header) atHeader();
      else atRecords();
    }
  };
}

interface Records {
  readonly xattrs: Xattrs;
  /** Where the header's own field is too small for it. */
  readonly size?: number;
}

/** `LENGTH NAME=VALUE\n`, the length over all of it. */
function readRecords(bytes: Buffer): Records {
  const xattrs: [string, string][] = [];
  let size: number | undefined;
  for (let rest = bytes; rest.length > 0; ) {
    const length = Number.parseInt(rest.toString("latin1", 0, 20), 10);
    if (!(length > 0)) break;
    const record = rest.subarray(rest.indexOf(" ") + 1, length - 1);
    const [name, value] = [record.subarray(0, record.indexOf("=")), record.subarray(record.indexOf("=") + 1)];
    if (name.subarray(0, prefix.length).equals(prefix)) {
      xattrs.push([printBytes(name.subarray(prefix.length)), printBytes(value)]);
    }
    if (name.equals(Buffer.from("size"))) size = Number(value.toString());
    rest = rest.subarray(length);
  }
  return { xattrs: Object.fromEntries(xattrs), ...(size === undefined ? {} : { size }) };
}

/** As `getfattr` writes them: text as it is, all else in hexadecimal after `0x`. */
function printBytes(bytes: Buffer): string {
  const text = bytes.toString();
  const isText = !text.startsWith("0x") && !/\p{Cc}/u.test(text) && Buffer.from(text).equals(bytes);
  return isText ? text : `0x${bytes.toString("hex")}`;
}

/** Octal, or base 256 for what is too large for it. */
function readNumber(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(field.toString("latin1").trim(), 8) || 0;
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
