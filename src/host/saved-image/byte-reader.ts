/** Bytes of a stream, taken in pieces of the reader's choice. */
export interface ByteReader {
  /** How many bytes were taken so far. */
  offset(): number;
  /** Exactly so many; undefined at the end. Throws where the stream ends in their midst. */
  take(count: number): Promise<Buffer | undefined>;
  /** The next bytes as they come, so many at most; none at the end. */
  some(count: number): Promise<Buffer | undefined>;
  /** Let go of the stream. */
  close(): Promise<void>;
}

export function byteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  const some = async (count: number): Promise<Buffer | undefined> => {
    while (rest.length === 0) {
      const { value, done } = await iterator.next();
      if (done) return undefined;
      rest = Buffer.from(value.buffer, value.byteOffset, value.length);
    }
    const taken = rest.subarray(0, count);
    rest = rest.subarray(taken.length);
    offset += taken.length;
    return taken;
  };
  const take = async (count: number): Promise<Buffer | undefined> => {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const part = await some(missing);
      if (part === undefined && parts.length === 0) return undefined;
      if (part === undefined) throw new Error("it is cut short");
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  };
  const close = async () => {
    await iterator.return?.();
  };
  return { offset: () => offset, take, some, close };
}
