import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** A file that is written to at its end, in the turn in which that is asked for: what was appended survives the end of the process. */
export interface AppendFile {
  /** Bytes. */
  length(): number;
  /** All of it, or nothing, and it throws. */
  append(text: string): void;
  /** What is after so many bytes goes. */
  cut(length: number): void;
  close(): void;
}

const ownerOnly = 0o600;

export function openAppendFile(file: string): AppendFile {
  const descriptor = openSync(file, "a", ownerOnly);
  let length = fstatSync(descriptor).size;
  const cut = (to: number) => {
    ftruncateSync(descriptor, to);
    length = to;
  };
  return {
    length: () => length,
    cut,
    append(text) {
      const bytes = Buffer.from(text);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
        length += bytes.length;
      } catch (error) {
        // half a line would hide those that follow
        cut(length);
        throw error;
      }
    },
    close: () => closeSync(descriptor),
  };
}
