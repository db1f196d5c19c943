import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";

/** Bytes to look for, under the name that a finding is told by. */
export interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface TarFinding {
  /** As written in the tar, a hard link's own name included. */
  readonly path: string;
  /** Name of the needle. */
  readonly needle: string;
}

// The library's types leave this option out; without it the oldest tars are refused.
const options = { allowUnknownFormat: true } as Parameters<typeof extract>[0];

/** The regular files of a tar that hold one of the needles, wherever it stands in them; nothing is kept in memory. */
export async function searchTar(tar: Readable, needles: readonly Needle[]): Promise<readonly TarFinding[]> {
  const reader = extract(options);
  const [found] = await Promise.all([searchEntries(reader, needles), pipeline(tar, reader)]);
  return [...found].flatMap(([path, names]) => [...names].map((needle) => ({ path, needle })));
}

async function searchEntries(
  reader: ReturnType<typeof extract>,
  needles: readonly Needle[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, ReadonlySet<string>>();
  for await (const entry of reader) {
    const { name, type, linkname } = entry.header;
    const names =
      type === "link" ? found.get(linkname ?? "") : await searchContent(entry as AsyncIterable<Uint8Array>, needles);
    if (names !== undefined && names.size > 0) found.set(name, names);
    entry.resume();
  }
  return found;
}

/** Each chunk is looked at together with the end of the one before. */
async function searchContent(
  content: AsyncIterable<Uint8Array>,
  needles: readonly Needle[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const overlap = Math.max(0, ...needles.map(({ bytes }) => bytes.length)) - 1;
  let end = Buffer.alloc(0);
  for await (const chunk of content) {
    const window = Buffer.concat([end, chunk]);
    for (const { name, bytes } of needles) if (!found.has(name) && window.includes(bytes)) found.add(name);
    end = window.subarray(Math.max(0, window.length - overlap));
  }
  return found;
}
