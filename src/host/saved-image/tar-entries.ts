import { type ByteReader, byteReader } from "./byte-reader.ts";
import {
  blockSize,
  type PaxRecords,
  paddingOf,
  parseHeader,
  parsePax,
  type TarHeader,
  untilNull,
} from "./tar-format.ts";

export interface RawEntry {
  readonly header: TarHeader;
  /** Extended headers of this entry, exact to the byte. */
  readonly pax: PaxRecords;
  /** Where its content starts in the tar. */
  readonly offset: number;
  /** What is not read of it is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** Entries of an uncompressed tar, which is read to its very end. Throws plain errors for damage. */
export async function* rawEntries(tar: AsyncIterable<Uint8Array>): AsyncGenerator<RawEntry> {
  const reader = byteReader(tar);
  let known: Extended = {};
  try {
    for (let block = await reader.take(blockSize); block !== undefined; block = await reader.take(blockSize)) {
      const header = parseHeader(block);
      if (header === undefined) continue;
      if (extensions.has(header.type)) {
        known = extend(known, header.type, await wholeContent(reader, header.size));
        continue;
      }
      const entry = describe(header, known);
      const content = contentOf(reader, entry.header.size);
      yield { ...entry, offset: reader.offset(), content };
      for await (const _rest of content);
      await skip(reader, paddingOf(entry.header.size));
      known = {};
    }
  } finally {
    await reader.close();
  }
}

/** What stands before an entry to tell more of it. */
interface Extended {
  readonly pax?: PaxRecords;
  readonly name?: string;
  readonly linkname?: string;
}

const extensions = new Set(["x", "g", "L", "K"]);
const largestExtension = 16 * 1024 * 1024;

function extend(known: Extended, type: string, bytes: Buffer): Extended {
  if (type === "L") return { ...known, name: untilNull(bytes).toString("utf8") };
  if (type === "K") return { ...known, linkname: untilNull(bytes).toString("utf8") };
  // what `g` says of all entries is times and comments in practice
  return type === "x" ? { ...known, pax: parsePax(bytes) } : known;
}

function describe(header: TarHeader, { pax = new Map(), ...known }: Extended) {
  const text = (key: string) => pax.get(key)?.toString("utf8");
  const number = (key: "size" | "uid" | "gid") => Number(text(key) ?? header[key]);
  const isLinkLike = "123456".includes(header.type);
  const name = text("path") ?? known.name ?? header.name;
  return {
    pax,
    header: {
      ...header,
      name,
      // as the oldest tars write a folder
      type: header.type === "0" && name.endsWith("/") ? "5" : header.type,
      linkname: text("linkpath") ?? known.linkname ?? header.linkname,
      uid: number("uid"),
      gid: number("gid"),
      size: isLinkLike ? 0 : number("size"),
    },
  };
}

async function wholeContent(reader: ByteReader, size: number): Promise<Buffer> {
  if (size > largestExtension) throw new Error("it has a header without end");
  const bytes = size === 0 ? Buffer.alloc(0) : await reader.take(size);
  if (bytes === undefined) throw new Error("it is cut short");
  await skip(reader, paddingOf(size));
  return bytes;
}

/** Ends after so many bytes; to be iterated as often as one likes. */
function contentOf(reader: ByteReader, size: number): AsyncIterable<Buffer> {
  let left = size;
  return {
    async *[Symbol.asyncIterator]() {
      while (left > 0) {
        const part = await reader.some(left);
        if (part === undefined) throw new Error("it is cut short");
        left -= part.length;
        yield part;
      }
    },
  };
}

async function skip(reader: ByteReader, size: number): Promise<void> {
  if (size > 0 && (await reader.take(size)) === undefined) throw new Error("it is cut short");
}
