import type { PackedFile } from "../side.ts";
import { short } from "./sender.ts";
import { roomForFile, writableOf, writeFile } from "./wire.ts";

/** New files, one after the other, as the content of one request: so short that it may be filled again once it was sent. */
export interface FillFrame {
  /** False where there is no room for it; in one that is empty, there is. */
  add(file: PackedFile): boolean;
  content(): Uint8Array;
  empty(): void;
}

export function createFillFrame(): FillFrame {
  const memory = writableOf(Buffer.allocUnsafeSlow(short));
  let length = 0;
  return {
    add(file) {
      if (length + roomForFile(file.looked.name, file.content.length) > short) return false;
      length = writeFile(memory, length, file);
      return true;
    },
    content: () => memory.bytes.subarray(0, length),
    empty() {
      length = 0;
    },
  };
}
