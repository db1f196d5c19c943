/** How far a round is. */
import type { SyncProgress } from "./status.ts";

export interface Meter {
  /** So many are left to do. */
  expect(files: number): void;
  done(files: number): void;
  bytes(count: number): void;
  progress(): SyncProgress;
  /** The round is over. */
  reset(): void;
}

const tellEveryMs = 200;

/** Rounds that are over before the first report are not told of. */
export function createMeter(onProgress: ((progress: SyncProgress) => void) | undefined): Meter {
  let begin = performance.now();
  let told = begin;
  let files = 0;
  let filesDone = 0;
  let bytesDone = 0;
  const progress = () => {
    const seconds = Math.max(0.001, (performance.now() - begin) / 1000);
    return { files, filesDone, bytesDone, bytesPerSecond: Math.round(bytesDone / seconds) };
  };
  const tell = () => {
    const now = performance.now();
    if (now - told < tellEveryMs) return;
    told = now;
    onProgress?.(progress());
  };
  return {
    progress,
    expect(left) {
      if (files === 0) {
        begin = performance.now();
        told = begin;
      }
      files = filesDone + left;
    },
    done(count) {
      filesDone += count;
      tell();
    },
    bytes(count) {
      bytesDone += count;
      tell();
    },
    reset() {
      files = 0;
      filesDone = 0;
      bytesDone = 0;
    },
  };
}
