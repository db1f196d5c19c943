/** What commands and the process that syncs say to each other: one JSON document a line. */
import type { Path } from "../entry.ts";
import type { SyncProgress, SyncStatus } from "../status.ts";
import type { Circumstances, Settings } from "./settings.ts";

export type SyncRequest =
  | { readonly kind: "status" }
  /** The record has changed. */
  | { readonly kind: "reload" }
  /** Answered once both sides are equal; progress is told on the way. */
  | { readonly kind: "flush"; readonly environment?: string | undefined }
  /** What the container alone holds, after a flush as far as there is one. */
  | { readonly kind: "unsaved"; readonly environment: string }
  | { readonly kind: "pause"; readonly environment?: string | undefined }
  | {
      readonly kind: "resume";
      readonly environment?: string | undefined;
      /** What to do about what halted it: bring back what is missing, or let it be deleted. */
      readonly answer?: "restore" | "accept" | undefined;
    }
  /** Answered once it has ended. */
  | { readonly kind: "stop" };

export type SyncAnswer =
  | { readonly kind: "progress"; readonly environment: string; readonly progress: SyncProgress }
  | {
      readonly kind: "done";
      readonly environments: readonly EnvironmentSync[];
      /** Earlier versions do not tell. */
      readonly circumstances?: Circumstances | undefined;
    }
  | { readonly kind: "unsaved"; readonly paths: readonly Path[]; readonly count: number; readonly state: string }
  | { readonly kind: "failed"; readonly code: SyncFailure; readonly details: object };

export type SyncFailure =
  | "SYNC_HALTED"
  | "SYNC_PAUSED"
  | "SYNC_NOT_RUNNING"
  | "SYNC_FAILED"
  | "SYNC_VOLUME_MISSING"
  | "SYNC_ELSEWHERE";

/** How it stands with an environment; `connecting`: the engine or the volume cannot be reached, and is tried again; `mounted`: there is nothing to sync, only files to watch. */
export interface EnvironmentSync extends Omit<SyncStatus, "state"> {
  readonly environment: string;
  readonly state: SyncStatus["state"] | "connecting" | "mounted";
  /** What it is done with. Earlier versions do not tell. */
  readonly settings?: Settings | undefined;
}

export function printMessage(message: SyncRequest | SyncAnswer): string {
  return `${JSON.stringify(message)}\n`;
}

/** Whole lines of a stream of chunks; what stands after the last line break is kept for the next chunk. */
export function splitLines(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
}
