import { createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, type Header, pack } from "tar-stream";

export interface TarMember extends Partial<Omit<Header, "name">> {
  readonly name: string;
  /** Content; a member without it is a folder, unless its type says otherwise. */
  readonly text?: string;
}

/** Write a tar of these members, in this order; returns its place. */
export async function makeTar(folder: string, members: readonly TarMember[], name = "archive.tar"): Promise<string> {
  const tar = pack();
  const write = async () => {
    for (const { text: content, ...header } of members) {
      await new Promise<void>((done, failed) => {
        const end = (error?: Error | null) => (error ? failed(error) : done());
        if (content === undefined) tar.entry({ type: "directory", ...header }, end);
        else tar.entry(header, content, end);
      });
    }
    tar.finalize();
  };
  const file = join(folder, name);
  await Promise.all([write(), pipeline(tar as unknown as NodeJS.ReadableStream, createWriteStream(file))]);
  return file;
}

/** One line an entry of a tar: mode, path, and what it holds or leads to. */
export async function listTar(file: string): Promise<readonly string[]> {
  const reader = extract();
  const lines: string[] = [];
  Readable.from([readFileSync(file)]).pipe(reader as unknown as NodeJS.WritableStream);
  for await (const entry of reader) {
    const { mode, name, type, linkname } = entry.header;
    const content = await text(entry as AsyncIterable<Uint8Array> as Readable);
    const held =
      type === "file"
        ? ` = ${content}`
        : type === "symlink"
          ? ` -> ${linkname}`
          : type === "link"
            ? ` == ${linkname}`
            : "";
    lines.push(`${mode.toString(8)} ${name}${held}`);
  }
  return lines;
}
