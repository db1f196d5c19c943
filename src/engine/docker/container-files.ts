/** Files of a container by way of the engine's archive calls: no shell and no process inside is needed. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, type Pack, pack } from "tar-stream";
import type { ContainerFile, FolderOwner, OwnedTree, Owner } from "../containers.ts";
import type { Connection } from "./connection.ts";
import { containerCall } from "./container-call.ts";
import { statusOf } from "./errors.ts";
import { addTree } from "./owned-tree.ts";

/** The tar of a path, undefined when there is nothing at it. */
export async function packPath(connection: Connection, id: string, path: string): Promise<Readable | undefined> {
  const call = containerCall(id, { method: "GET", suffix: "/archive", action: `read \`${path}\` in` });
  try {
    return await connection.requestStream({ ...call, query: { path } });
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export async function readFile(connection: Connection, id: string, path: string): Promise<Buffer | undefined> {
  const tar = await packPath(connection, id, path);
  if (tar === undefined) return undefined;
  const reader = extract();
  const [content] = await Promise.all([firstFile(reader), pipeline(tar, reader)]);
  return content;
}

async function firstFile(reader: ReturnType<typeof extract>): Promise<Buffer | undefined> {
  let content: Buffer | undefined;
  for await (const entry of reader) {
    const bytes = await buffer(entry);
    if (entry.header.type === "file") content ??= bytes;
  }
  return content;
}

export interface UnpackOptions {
  readonly folder: string;
  /** What is in memory goes the shorter way. */
  readonly tar: Readable | Buffer;
}

export async function unpackTar(connection: Connection, id: string, { folder, tar }: UnpackOptions): Promise<void> {
  const call = containerCall(id, { method: "PUT", suffix: "/archive", action: `write to \`${folder}\` in` });
  const headers = { "Content-Type": "application/x-tar" };
  try {
    await connection.requestJson({ ...call, query: { path: folder }, headers, body: tar });
  } catch (error) {
    // the engine did not break what could not be read
    throw (Buffer.isBuffer(tar) ? undefined : tar.errored) ?? error;
  } finally {
    if (!Buffer.isBuffer(tar)) tar.destroy();
  }
}

export interface WriteOptions {
  readonly files: readonly ContainerFile[];
  readonly tree?: OwnedTree | undefined;
}

/** One call, whatever the number of files. */
export async function writeFiles(connection: Connection, id: string, { files, tree }: WriteOptions): Promise<void> {
  const tar = pack();
  const fill = async () => {
    if (tree !== undefined) await addTree(tar, tree);
    for (const file of files) addFile(tar, file);
    tar.finalize();
  };
  const filled = fill().catch((error: Error) => {
    tar.destroy(error);
    throw error;
  });
  const isInMemory = tree === undefined || Buffer.isBuffer(tree.tar);
  const send = async () =>
    unpackTar(connection, id, { folder: "/", tar: isInMemory ? await buffer(tar) : Readable.from(tar) });
  await Promise.all([filled, send()]);
}

function addFile(tar: Pack, { path, mode, uid, gid, content }: ContainerFile): void {
  const header = { name: path.replace(/^\/+/, ""), mode, uid, gid, mtime: new Date() };
  if (content === undefined) tar.entry({ ...header, type: "directory" });
  else tar.entry({ ...header, type: "file" }, Buffer.from(content));
}

export interface ChangeOwnerOptions {
  readonly folder: string;
  readonly from: Owner;
  readonly to: Owner;
}

/** Read as a tar and written back with another owner, nothing kept in memory. */
export async function changeOwner(connection: Connection, id: string, options: ChangeOwnerOptions): Promise<void> {
  const { folder, from, to } = options;
  const tar = await packPath(connection, id, folder);
  if (tar === undefined) return;
  const parent = folder.slice(0, folder.lastIndexOf("/")) || "/";
  await writeFiles(connection, id, { files: [], tree: { tar, parent, from, to, skip: [], omitTop: true } });
}

/** Read off the first entry of its tar; the rest is not waited for. */
export async function ownerOf(connection: Connection, id: string, folder: string): Promise<FolderOwner | undefined> {
  const tar = await packPath(connection, id, folder);
  if (tar === undefined) return undefined;
  const reader = extract();
  const read = pipeline(tar, reader).catch(() => undefined);
  let owner: Owner | undefined;
  for await (const { header } of reader) {
    if (owner !== undefined) return { ...owner, isEmpty: false };
    owner = { uid: header.uid ?? 0, gid: header.gid ?? 0 };
  }
  await read;
  return owner && { ...owner, isEmpty: true };
}
