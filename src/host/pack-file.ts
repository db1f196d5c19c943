import { Readable } from "node:stream";
import { pack } from "tar-stream";

export interface PackedFile {
  /** Path in the tar. */
  readonly name: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** A tar of one file that is root's: equal ones for equal files. */
export function packFile({ name, mode, content }: PackedFile): Readable {
  const tar = pack();
  tar.entry({ name, mode, uid: 0, gid: 0, mtime: new Date(1000) }, Buffer.from(content));
  tar.finalize();
  return Readable.from(tar);
}
