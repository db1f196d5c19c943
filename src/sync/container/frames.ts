import { headerLength, largestFrame } from "./wire.ts";

/** Gets a frame as a whole; the payload may be part of a chunk. */
export type TakeFrame = (type: number, id: number, payload: Buffer) => void;

export interface SplitOptions {
  /** Chunks, and payloads, are only there during the call. */
  readonly isMemoryShared?: boolean | undefined;
}

/** Takes the chunks of what the agent sends, however they are cut; frames that span chunks are copied. Throws at what is no frame. */
export function splitFrames(
  onFrame: TakeFrame,
  { isMemoryShared = false }: SplitOptions = {},
): (chunk: Buffer) => void {
  const header = Buffer.alloc(headerLength);
  let headerFill = 0;
  let missing = 0;
  let memory = Buffer.alloc(0);
  let copied = 0;
  const take = (part: Buffer) => {
    missing -= part.length;
    if (missing > 0 || copied > 0) {
      const isFree = copied > 0 || (isMemoryShared && memory.length >= part.length + missing);
      if (!isFree) memory = Buffer.allocUnsafe(part.length + missing);
      memory.set(part, copied);
      copied += part.length;
    }
    if (missing > 0) return;
    const payload = copied > 0 ? memory.subarray(0, copied) : part;
    copied = 0;
    onFrame(header.readUInt8(4), header.readUInt32LE(5), payload);
  };
  return (chunk) => {
    let offset = 0;
    while (offset < chunk.length) {
      if (missing > 0) {
        const part = chunk.subarray(offset, offset + missing);
        offset += part.length;
        take(part);
        continue;
      }
      const taken = chunk.copy(header, headerFill, offset, offset + headerLength - headerFill);
      offset += taken;
      headerFill = (headerFill + taken) % headerLength;
      if (headerFill > 0) continue;
      missing = payloadLength(header);
      if (missing === 0) take(chunk.subarray(offset, offset));
    }
  };
}

function payloadLength(header: Buffer): number {
  const rest = header.readUInt32LE();
  const least = headerLength - 4;
  if (rest < least || rest > largestFrame) throw new Error(`a frame of ${rest} bytes`);
  return rest - least;
}
