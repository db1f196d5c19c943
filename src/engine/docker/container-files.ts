/** Files of a container by way of the engine's archive calls: no shell and no process inside is needed. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, type Header, type Pack, pack } from "tar-stream";
import type { ContainerFile, Owner } from "../containers.ts";
import type { Connection } from "./connection.ts";
import { containerCall } from "./container-call.ts";
import { statusOf } from "./errors.ts";

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
  readonly tar: Readable;
}

export async function unpackTar(connection: Connection, id: string, { folder, tar }: UnpackOptions): Promise<void> {
  const call = containerCall(id, { method: "PUT", suffix: "/archive", action: `write to \`${folder}\` in` });
  const headers = { "Content-Type": "application/x-tar" };
  try {
    await connection.requestJson({ ...call, query: { path: folder }, headers, body: tar });
  } catch (error) {
    // the engine did not break what could not be read
    throw tar.errored ?? error;
  } finally {
    tar.destroy();
  }
}

/** One call, whatever the number of files. */
export async function writeFiles(connection: Connection, id: string, files: readonly ContainerFile[]): Promise<void> {
  const tar = pack();
  for (const file of files) addFile(tar, file);
  tar.finalize();
  await unpackTar(connection, id, { folder: "/", tar: Readable.from(tar) });
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
  const source = await packPath(connection, id, folder);
  if (source === undefined) return;
  const reader = extract();
  const writer = pack();
  const copy = async () => {
    for await (const entry of reader) {
      const target = writer.entry(withOwner(entry.header, { from, to }));
      await pipeline(entry, target);
    }
    writer.finalize();
  };
  const parent = folder.slice(0, folder.lastIndexOf("/")) || "/";
  await Promise.all([
    pipeline(source, reader),
    copy().catch((error: Error) => {
      reader.destroy(error);
      writer.destroy(error);
      throw error;
    }),
    unpackTar(connection, id, { folder: parent, tar: Readable.from(writer) }),
  ]);
}

function withOwner(header: Header, { from, to }: { readonly from: Owner; readonly to: Owner }): Header {
  return {
    ...header,
    uid: header.uid === from.uid ? to.uid : (header.uid ?? 0),
    gid: header.gid === from.gid ? to.gid : (header.gid ?? 0),
    // names would be looked up instead of the numbers
    uname: "",
    gname: "",
  };
}
