/** Content of a context file, checked while it is read. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { devenvError } from "../../errors.ts";
import { reasonOf } from "../../host/reason.ts";
import type { ContextFile } from "../../plan/plan.ts";

/** Bytes a chunk; larger ones gain nothing over a socket, and a message must stay below gRPC's 4 MiB. */
const chunkSize = 128 * 1024;

/**
 * The file's bytes. Throws CONTEXT_UNREADABLE, and CONTEXT_CHANGED when they are not the ones that were
 * planned: BuildKit itself takes any number of bytes for a file without a word.
 */
export async function* readContextFile(file: ContextFile): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of readChunks(file)) {
    hash.update(chunk);
    size += chunk.length;
    if (size > file.size) throw devenvError("CONTEXT_CHANGED", { path: file.source });
    yield chunk;
  }
  if (size !== file.size || hash.digest("hex") !== file.digest) {
    throw devenvError("CONTEXT_CHANGED", { path: file.source });
  }
}

async function* readChunks(file: ContextFile): AsyncGenerator<Buffer> {
  if (file.content !== undefined) {
    for (let start = 0; start < file.content.length; start += chunkSize) {
      yield Buffer.from(file.content.subarray(start, start + chunkSize));
    }
    return;
  }
  try {
    await using handle = await open(file.source, "r");
    // One byte more than planned shows a file that has grown.
    const length = Math.min(chunkSize, file.size + 1);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw devenvError("CONTEXT_UNREADABLE", { path: file.source, reason: reasonOf(error) }, error);
  }
}
