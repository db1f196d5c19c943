import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { blockSize } from "./tar-format.ts";

/** A file of a saved image, by what it holds; of a layer what was made of it. */
export type Blob<Layer> =
  | { readonly kind: "layer"; readonly layer: Layer }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "other" };

/** Takes the uncompressed tar of a layer. */
export type LayerReader<Layer> = (tar: AsyncIterable<Uint8Array>) => Promise<Layer>;

const largestJson = 16 * 1024 * 1024;

/** Told apart by its first bytes: an engine gives a layer and a config alike the name of their digest. */
export async function readBlob<Layer>(
  content: AsyncIterable<Uint8Array>,
  size: number,
  readLayer: LayerReader<Layer>,
): Promise<Blob<Layer>> {
  const layer = async (tar: AsyncIterable<Uint8Array>) => ({ kind: "layer", layer: await readLayer(tar) }) as const;
  const { start, all } = await peek(content);
  if (start[0] === 0x1f && start[1] === 0x8b) return layer(Readable.from(all).pipe(createGunzip()));
  if (start.readUInt32LE(0) === 0xfd2fb528) return layer(Readable.from(all).pipe(createZstdDecompress()));
  if (start[0] === brace || start[0] === bracket) {
    if (size > largestJson) return { kind: "other" };
    return parse((await buffer(all)).toString());
  }
  return isTar(start) ? layer(all) : { kind: "other" };
}

const brace = "{".charCodeAt(0);
const bracket = "[".charCodeAt(0);

function parse(text: string): Blob<never> {
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    return { kind: "other" };
  }
}

/** An empty layer is nothing but zeroes. */
function isTar(start: Buffer): boolean {
  return start.toString("latin1", 257, 262) === "ustar" || start.every((byte) => byte === 0);
}

/** The first block, zeroes after the end of a short one, and the whole from its start. */
async function peek(content: AsyncIterable<Uint8Array>) {
  const iterator = content[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < blockSize) {
    const { value, done } = await iterator.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  const start = Buffer.alloc(blockSize);
  Buffer.concat(chunks).copy(start);
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* chunks;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { start, all: all() };
}
