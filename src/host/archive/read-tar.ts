import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import type { ArchiveEntry } from "./entry.ts";

// The library's types leave this option out; without it the oldest tars are refused.
const options = { allowUnknownFormat: true } as Parameters<typeof extract>[0];

/** Entries of an uncompressed tar, in its order: v7, ustar, pax or GNU. */
export async function* readTar(tar: Readable, signal?: AbortSignal): AsyncGenerator<ArchiveEntry> {
  const reader = extract(options);
  // Its failure also ends the loop over the reader, which reports it.
  const fed = pipeline(tar, reader, { signal }).catch(() => undefined);
  try {
    for await (const entry of reader) {
      yield describe(entry.header, entry as AsyncIterable<Uint8Array>);
      entry.resume();
    }
  } finally {
    reader.destroy();
    await fed;
  }
}

const kinds: Readonly<Record<string, ArchiveEntry["kind"]>> = {
  file: "file",
  "contiguous-file": "file",
  directory: "folder",
  symlink: "link",
  link: "hard-link",
};

function describe({ name, type, mode, linkname }: Header, content: AsyncIterable<Uint8Array>): ArchiveEntry {
  // Null for types that the library does not know, whatever its own types say.
  const kind = kinds[type ?? ""];
  if (kind === undefined) throw new Error(`its entry \`${name}\` is a ${type?.replace("-", " ") ?? "special file"}`);
  return { name, kind, isExecutable: (mode & 0o111) !== 0, target: linkname, content };
}
