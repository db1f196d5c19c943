import { Readable } from "node:stream";
import { type Pack, pack } from "tar-stream";

export interface PackedMember {
  readonly name: string;
  /** Of its content, which must be as long. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A tar of files whose content is not held in memory; ends with what a content throws. */
export function packMembers(members: readonly PackedMember[]): Readable {
  const tar = pack();
  addAll(tar, members).catch((error: Error) => tar.destroy(error));
  return Readable.from(tar);
}

async function addAll(tar: Pack, members: readonly PackedMember[]): Promise<void> {
  for (const { content, ...header } of members) {
    const entry = tar.entry(header);
    const closed = new Promise<void>((resolve) => entry.once("close", () => resolve()));
    for await (const chunk of content) {
      const isFull = !entry.write(Buffer.from(chunk));
      if (isFull) await Promise.race([closed, new Promise<void>((resolve) => entry.once("drain", () => resolve()))]);
      // nobody takes it any more
      if (entry.destroyed) return;
    }
    entry.end(undefined);
    await closed;
  }
  tar.finalize();
}
