import type { PackedFile, Stat } from "../../src/sync/side.ts";

/** A file as a pack holds it. */
export function packedFile(name: string, content: Uint8Array, changes: Partial<Stat> = {}): PackedFile {
  const kind = "file";
  const stat = { kind, mode: 0o644, size: content.length, mtimeNs: 0n, stamp: 1, inode: 1, isFresh: false } as const;
  return { looked: { name, stat: { ...stat, ...changes } }, content };
}
