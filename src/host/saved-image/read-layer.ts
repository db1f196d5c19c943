import { createHash } from "node:crypto";
import { posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import type { LayerEntry, LayerEntryKind } from "./entry.ts";
import { tapXattrs, type Xattrs } from "./pax-xattrs.ts";

/** As the library gives it; its types know neither the records of pax nor what the content is. */
export interface TarEntry extends AsyncIterable<Uint8Array> {
  readonly header: Header & { readonly pax?: Readonly<Record<string, string>> | null };
}

/** Entries of an uncompressed tar with the stream of each; failures of the tar end the loop. */
export async function* tarEntries(tar: Readable, signal?: AbortSignal): AsyncGenerator<TarEntry> {
  const reader = extract();
  // Its failure also ends the loop over the reader, which reports it.
  const fed = pipeline(tar, reader, { signal }).catch(() => undefined);
  try {
    for await (const entry of reader) {
      yield entry as unknown as TarEntry;
      entry.resume();
    }
  } finally {
    reader.destroy();
    await fed;
  }
}

/** The entries of a layer's tar; contents are hashed as they pass. */
export async function readLayer(tar: AsyncIterable<Uint8Array>): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  const tap = tapXattrs(tar);
  let index = 0;
  for await (const entry of tarEntries(Readable.from(tap.tar, { objectMode: false }))) {
    const kind = kinds[entry.header.type ?? ""];
    const xattrs = tap.take(index++);
    if (kind !== undefined) entries.push(await describe(entry, kind, xattrs));
  }
  return entries;
}

const kinds: Readonly<Record<string, LayerEntryKind>> = {
  file: "file",
  "contiguous-file": "file",
  directory: "folder",
  symlink: "link",
  link: "hard-link",
  fifo: "fifo",
  "character-device": "character-device",
  "block-device": "block-device",
};

async function describe(tarEntry: TarEntry, kind: LayerEntryKind, xattrs: Xattrs | undefined): Promise<LayerEntry> {
  const { name, mode = 0, uid = 0, gid = 0, size = 0, linkname, devmajor = 0, devminor = 0, pax } = tarEntry.header;
  const entry: LayerEntry = {
    path: absolute(name),
    kind,
    mode: kind === "link" ? 0o777 : mode & 0o7777,
    uid: Number(pax?.uid ?? uid),
    gid: Number(pax?.gid ?? gid),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
  switch (kind) {
    case "file":
      return { ...entry, size, sha256: await hash(tarEntry) };
    case "link":
      return { ...entry, target: linkname ?? "" };
    case "hard-link":
      return { ...entry, target: absolute(linkname ?? "") };
    case "character-device":
    case "block-device":
      return { ...entry, device: [devmajor, devminor] };
    default:
      return entry;
  }
}

async function hash(content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of content) digest.update(chunk);
  return digest.digest("hex");
}

function absolute(name: string): string {
  const path = posix.resolve("/", name);
  return path === "//" ? "/" : path;
}
