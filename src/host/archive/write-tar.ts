import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { type Header, type Pack, pack } from "tar-stream";
import type { Sha256 } from "../../digest.ts";
import type { TreeEntry } from "./tree.ts";

export interface TarRequest {
  readonly tree: readonly TreeEntry[];
  /** File that holds the contents. */
  readonly spool: string;
  /** File to write. */
  readonly file: string;
  readonly signal?: AbortSignal | undefined;
}

/** One second after the epoch: zero stands for "no time" in some programs. */
const canonicalTime = new Date(1000);
const readSize = 256 * 1024;

/** Write a canonical tar: root owns everything, no user names, one time, modes 0644 and 0755. */
export async function writeTar(request: TarRequest): Promise<{ readonly sha256: Sha256; readonly size: number }> {
  await using spool = await open(request.spool);
  const tar = pack();
  const [, written] = await Promise.all([
    addEntries(tar, spool, request).catch((error: Error) => {
      tar.destroy(error);
      throw error;
    }),
    save(tar, request.file),
  ]);
  return written;
}

async function addEntries(tar: Pack, spool: FileHandle, { tree, signal }: TarRequest): Promise<void> {
  for (const entry of tree) {
    signal?.throwIfAborted();
    await addEntry(tar, spool, entry);
  }
  tar.finalize();
}

function addEntry(tar: Pack, spool: FileHandle, entry: TreeEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = tar.entry(headerOf(entry), (error) => (error ? reject(error) : resolve()));
    if (entry.kind !== "file") return;
    copyContent(spool, entry, sink).then(() => sink.end(undefined), reject);
  });
}

async function copyContent(
  spool: FileHandle,
  { offset, size }: { readonly offset: number; readonly size: number },
  sink: NodeJS.WritableStream,
): Promise<void> {
  for (let done = 0; done < size; ) {
    const length = Math.min(readSize, size - done);
    const { buffer, bytesRead } = await spool.read(Buffer.allocUnsafe(length), 0, length, offset + done);
    if (bytesRead === 0) throw new Error("the spool file was cut short");
    done += bytesRead;
    const isAccepted = sink.write(buffer.subarray(0, bytesRead));
    if (!isAccepted) await new Promise((resolve) => sink.once("drain", resolve));
  }
}

function headerOf(entry: TreeEntry): Partial<Header> & Pick<Header, "name"> {
  const common = { uid: 0, gid: 0, uname: "", gname: "", mtime: canonicalTime };
  switch (entry.kind) {
    case "folder":
      return { ...common, name: `${entry.path}/`, type: "directory", mode: 0o755 };
    case "file":
      return { ...common, name: entry.path, type: "file", mode: modeOf(entry), size: entry.size };
    case "link":
      return { ...common, name: entry.path, type: "symlink", mode: 0o777, linkname: entry.target };
    case "hard-link":
      return { ...common, name: entry.path, type: "link", mode: modeOf(entry), linkname: entry.target };
  }
}

function modeOf({ isExecutable }: { readonly isExecutable: boolean }): number {
  return isExecutable ? 0o755 : 0o644;
}

async function save(tar: Pack, path: string): Promise<{ readonly sha256: Sha256; readonly size: number }> {
  await using file = await open(path, "w");
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of tar as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    await file.writeFile(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest("hex"), size };
}
