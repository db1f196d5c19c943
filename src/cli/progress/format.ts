/** Durations, sizes and lengths for people. */
import type { SyncProgress } from "../../env/workspace-sync.ts";

/** `1.2s`, `1m 05s`; empty below a twentieth of a second, which nobody waits for. */
export function printDuration(milliseconds: number): string {
  if (milliseconds < 50) return "";
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
}

/** Bytes in decimal megabytes, as registries count: `12.3 MB`. */
export function printMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function printSyncProgress({ files, filesDone, bytesDone, bytesPerSecond }: SyncProgress): string {
  return `${filesDone} of ${files} files, ${printMegabytes(bytesDone)}, ${printMegabytes(bytesPerSecond)}/s`;
}

/** At most `width` characters, an ellipsis for the rest. */
export function clip(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}
