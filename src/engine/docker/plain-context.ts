/** A build context as a tar: canonical headers, the Dockerfile and the build secrets beside the context's own entries. */
import { pack } from "tar-stream";
import type { BuildRequest } from "../engine.ts";
import { readContextFile } from "./context-file.ts";
import { contextTimeSeconds, contextTree } from "./context-tree.ts";

/** A name that no `copy` layer gives. */
export const plainDockerfilePath = ".devenv.Dockerfile";

const ignoreFilePath = ".containerignore";

export interface PlainSecret {
  readonly id: string;
  /** In the tar; Podman moves it out of the context before it builds. */
  readonly path: string;
  readonly content: Uint8Array;
}

export function plainSecrets(secrets: BuildRequest["secrets"]): PlainSecret[] {
  return Object.entries(secrets).map(([id, content], index) => ({ id, path: `.devenv.secret-${index}`, content }));
}

/** The tar's bytes, made while they are read; throws what `readContextFile` throws. */
export async function* packPlainContext(request: BuildRequest): AsyncGenerator<Buffer> {
  const tar = pack();
  const written = writeContext(tar, request).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  yield* tar as AsyncIterable<Buffer>;
  await written;
}

/** The `labels` parameter would do, but Podman puts variables in where a value has a `$`. */
function labelInstructions(labels: BuildRequest["labels"]): string {
  const quote = (text: string) => `"${text.replaceAll(/["$\\]/g, "\\$&")}"`;
  return Object.entries(labels)
    .map(([name, value]) => `\nLABEL ${quote(name)}=${quote(value)}`)
    .join("");
}

type Pack = ReturnType<typeof pack>;
type TarHeader = Parameters<Pack["entry"]>[0];

async function writeContext(tar: Pack, request: BuildRequest): Promise<void> {
  await writeFile(tar, plainDockerfilePath, Buffer.from(request.dockerfile + labelInstructions(request.labels)));
  // Keeps our own files out of `COPY .`, and a `.dockerignore` of the context, applied before, without effect.
  await writeFile(tar, ignoreFilePath, Buffer.from(`.devenv.*\n${ignoreFilePath}\n`));
  for (const secret of plainSecrets(request.secrets)) await writeFile(tar, secret.path, Buffer.from(secret.content));
  for (const entry of contextTree(request.context)) {
    const header = { name: entry.path, uid: 0, gid: 0, mtime: new Date(contextTimeSeconds * 1000) };
    if (entry.kind === "folder") tar.entry({ ...header, type: "directory", mode: 0o755 });
    else if (entry.kind === "link") tar.entry({ ...header, type: "symlink", mode: 0o777, linkname: entry.target });
    else await writeStream(tar, { ...header, mode: entry.mode & 0o777, size: entry.size }, readContextFile(entry));
  }
}

function writeFile(tar: Pack, name: string, content: Buffer): Promise<void> {
  const header = {
    name,
    uid: 0,
    gid: 0,
    mode: 0o600,
    size: content.length,
    mtime: new Date(contextTimeSeconds * 1000),
  };
  return new Promise((resolve, reject) => {
    tar.entry(header, content, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeStream(tar: Pack, header: TarHeader, content: AsyncIterable<Buffer>): Promise<void> {
  const entry = tar.entry(header);
  // tar-stream repeats the tar's own failure on the entry
  entry.on("error", () => {});
  const closed = new Promise<void>((resolve) => entry.once("close", () => resolve()));
  for await (const chunk of content) {
    if (entry.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => entry.once("drain", () => resolve()));
    await Promise.race([drained, closed]);
    if (entry.destroyed) throw new Error("nobody reads the tar any more");
  }
  entry.end(undefined);
  await closed;
}
