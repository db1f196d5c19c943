import { headerLength, largestFrame } from "./wire.ts";

/** Gets a frame as a whole; the payload may be part of a chunk. */
export type TakeFrame = (type: number, id: number, payload: Buffer) => void;

/** Takes the chunks of what the agent sends, however they are cut; frames that span chunks are copied. Throws at what is no frame. */
export function splitFrames(onFrame: TakeFrame): (chunk: Buffer) => void {
  const header = Buffer.alloc(headerLength);
  let headerFill = 0;
  let missing = 0;
  let parts: Buffer[] = [];
  const take = (part: Buffer) => {
    missing -= part.length;
    parts.push(part);
    if (missing > 0) return;
    const payload = parts.length === 1 ? part : Buffer.concat(parts);
    parts = [];
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
      const copied = chunk.copy(header, headerFill, offset, offset + headerLength - headerFill);
      offset += copied;
      headerFill = (headerFill + copied) % headerLength;
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
