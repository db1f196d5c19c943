import { type FileHandle, open } from "node:fs/promises";
import type { ArchiveEntry } from "./entry.ts";

/** An entry whose content lies in the spool file. */
export interface SpooledEntry extends Omit<ArchiveEntry, "content"> {
  /** Place in the spool file; both 0 when there is no content. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** Put all contents one after another into a file, so that entries can be sorted in little memory. */
export async function spoolEntries(
  entries: AsyncIterable<ArchiveEntry>,
  path: string,
): Promise<readonly SpooledEntry[]> {
  await using spool = await open(path, "w");
  const spooled: SpooledEntry[] = [];
  let offset = 0;
  for await (const { content, ...entry } of entries) {
    const size = entry.kind === "file" && content !== undefined ? await append(spool, content, offset) : 0;
    spooled.push({ ...entry, offset, size });
    offset += size;
  }
  return spooled;
}

async function append(spool: FileHandle, content: AsyncIterable<Uint8Array>, offset: number): Promise<number> {
  let size = 0;
  for await (const chunk of content) {
    let written = 0;
    while (written < chunk.length) {
      written += (await spool.write(chunk, written, chunk.length - written, offset + size + written)).bytesWritten;
    }
    size += chunk.length;
  }
  return size;
}
