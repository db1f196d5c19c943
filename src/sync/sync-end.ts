/** A workspace that is not to be kept in step any more: what was there is gone, or another process has it. */
import type { SyncFailure } from "./process/messages.ts";

export class SyncEnd extends Error {
  readonly code: SyncFailure;
  readonly details: object;

  constructor(code: SyncFailure, details: object, reason: string) {
    super(reason);
    this.code = code;
    this.details = details;
  }
}
