import { headerLength, largestFrame, replyType } from "./wire.ts";

export interface FrameTaker {
  /** A piece of content, as it came: not a copy. */
  onData(id: number, piece: Buffer): void;
  /** Any other frame, whole. */
  onFrame(type: number, id: number, payload: Buffer): void;
}

/**
 * Takes the chunks of what the agent sends, however they are cut. Content is handed on at once, without a
 * copy; of other frames only those that span chunks are copied. Throws at what is no frame.
 */
export function splitFrames(taker: FrameTaker): (chunk: Buffer) => void {
  const header = Buffer.alloc(headerLength);
  let headerFill = 0;
  let missing = 0;
  let parts: Buffer[] = [];
  const take = (part: Buffer) => {
    const [type, id] = [header.readUInt8(4), header.readUInt32LE(5)];
    missing -= part.length;
    if (type === replyType.data) {
      if (part.length > 0) taker.onData(id, part);
    } else if (missing > 0) {
      parts.push(part);
    } else {
      const payload = parts.length === 0 ? part : Buffer.concat([...parts, part]);
      parts = [];
      taker.onFrame(type, id, payload);
    }
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
