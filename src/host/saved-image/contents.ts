import { type FileHandle, open } from "node:fs/promises";
import type { Spool } from "./spool.ts";
import type { ReadContent } from "./write-layer.ts";

export interface Contents extends AsyncDisposable {
  readonly read: ReadContent;
}

const chunkSize = 256 * 1024;

/** The contents that a spool has; each of its files is opened once. */
export function openContents({ contents }: Spool): Contents {
  const files = new Map<string, FileHandle>();
  async function* read(sha256: string, size: number): AsyncGenerator<Uint8Array> {
    const place = contents.get(sha256);
    if (place === undefined) throw new Error(`it lacks the content \`${sha256}\``);
    const file = files.get(place.path) ?? (await open(place.path));
    files.set(place.path, file);
    for (let done = 0; done < size; ) {
      const wanted = Math.min(chunkSize, size - done);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, place.offset + done);
      if (bytesRead === 0) throw new Error(`\`${place.path}\` was cut short`);
      yield buffer.subarray(0, bytesRead);
      done += bytesRead;
    }
  }
  const dispose = async () => {
    for (const file of files.values()) await file.close();
  };
  return { read, [Symbol.asyncDispose]: dispose };
}
