/** Which secrets a content holds: as they are, in any form, and below a compression. */
import { once } from "node:events";
import type { Transform } from "node:stream";
import { createUnzip, createZstdDecompress } from "node:zlib";
import { indexPatterns, type PatternIndex } from "./byte-patterns.ts";
import { openScan } from "./scan-bytes.ts";
import { findingPatterns, type NamedValue } from "./secret-patterns.ts";

export interface SecretSearch {
  /** Whether there is anything to look for. */
  readonly isEmpty: boolean;
  /** Names of the secrets in a text. */
  text(text: Uint8Array): readonly string[];
  content(content: AsyncIterable<Uint8Array>): Promise<ContentFinding>;
}

export interface ContentFinding {
  readonly names: readonly string[];
  /** It is compressed, and so much of it was not looked at to its end. */
  readonly isPartial: boolean;
}

/** What a compressed file may grow to before it counts as a bomb. */
const mostUnpacked = { bytes: 1024 * 1024 * 1024, times: 200, always: 64 * 1024 * 1024 };

export function openSecretSearch(values: readonly NamedValue[]): SecretSearch {
  const index = indexPatterns(values.flatMap(findingPatterns));
  return {
    isEmpty: index.size === 0,
    text: (text) => {
      const found = openNames(index);
      found.push(Buffer.from(text), true);
      return found.names();
    },
    content: (content) => searchContent(index, content),
  };
}

interface Names {
  push(chunk: Buffer, isEnd: boolean): void;
  names(): readonly string[];
}

function openNames(index: PatternIndex): Names {
  const names = new Set<string>();
  const scan = openScan(index, ({ pattern }) => names.add(pattern.name));
  return { push: (chunk, isEnd) => void scan.push(chunk, isEnd), names: () => [...names] };
}

async function searchContent(index: PatternIndex, content: AsyncIterable<Uint8Array>): Promise<ContentFinding> {
  const plain = openNames(index);
  let unpacking: Unpacking | undefined;
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const part of content) {
    const chunk = Buffer.from(part.buffer, part.byteOffset, part.length);
    plain.push(chunk, false);
    if (start === undefined) {
      await unpacking?.push(chunk);
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < magicLength) continue;
    const decoder = decoderOf(start);
    unpacking = decoder && openUnpacking(decoder, openNames(index));
    await unpacking?.push(start);
    start = undefined;
  }
  plain.push(Buffer.alloc(0), true);
  const unpacked = await unpacking?.end();
  return {
    names: [...new Set([...plain.names(), ...(unpacked?.names ?? [])])],
    isPartial: unpacked?.isPartial ?? false,
  };
}

const magicLength = 4;

/** gzip, zlib (as git keeps its objects) and zstd. */
function decoderOf(start: Buffer): Transform | undefined {
  const [first = 0, second = 0] = start;
  if (start.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress();
  const isGzip = first === 0x1f && second === 0x8b;
  const isZlib = (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0;
  return isGzip || isZlib ? createUnzip() : undefined;
}

interface Unpacking {
  push(chunk: Buffer): Promise<void>;
  end(): Promise<ContentFinding>;
}

/** Damage, and what only looks compressed, ends it: there is no more to be had of that. */
function openUnpacking(decoder: Transform, found: Names): Unpacking {
  let packed = 0;
  let unpacked = 0;
  let isPartial = false;
  const closed = once(decoder, "close");
  decoder.on("error", () => decoder.destroy());
  decoder.on("data", (chunk: Buffer) => {
    unpacked += chunk.length;
    found.push(chunk, false);
    const most = Math.min(mostUnpacked.bytes, Math.max(mostUnpacked.always, packed * mostUnpacked.times));
    if (unpacked <= most) return;
    isPartial = true;
    decoder.destroy();
  });
  return {
    async push(chunk) {
      packed += chunk.length;
      if (decoder.destroyed || decoder.write(chunk)) return;
      await Promise.race([once(decoder, "drain"), closed]).catch(() => undefined);
    },
    async end() {
      if (!decoder.destroyed) decoder.end();
      await closed.catch(() => undefined);
      found.push(Buffer.alloc(0), true);
      return { names: found.names(), isPartial };
    },
  };
}
