import { text } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from "yauzl";
import type { ArchiveEntry } from "./entry.ts";

/** Entries of a zip file, in the order of its central directory; contents are checked against their CRC. */
export async function* readZip(file: string): AsyncGenerator<ArchiveEntry> {
  // Undecoded names: the library refuses unsafe ones with an error that cannot be told from others.
  const zip = await openPromise(file, { autoClose: false, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) yield await describe(zip, entry);
  } finally {
    zip.close();
  }
}

const typeBits = 0o170000;
const linkType = 0o120000;
/** Values of "version made by" whose attributes hold a Unix mode: Unix and macOS. */
const unixMakers: ReadonlySet<number> = new Set([3, 19]);

async function describe(zip: ZipFile, entry: Entry): Promise<ArchiveEntry> {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  if (entry.isEncrypted()) throw new Error(`its entry \`${name}\` is encrypted`);
  const mode = unixMakers.has(entry.versionMadeBy >>> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const isExecutable = (mode & 0o111) !== 0;
  if (name.endsWith("/")) return { name, kind: "folder", isExecutable };
  const content = readContent(zip, entry, name);
  if ((mode & typeBits) !== linkType) return { name, kind: "file", isExecutable, content };
  return { name, kind: "link", isExecutable, target: await text(content) };
}

async function* readContent(zip: ZipFile, entry: Entry, name: string): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) {
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum !== entry.crc32) throw new Error(`its entry \`${name}\` is damaged`);
}
