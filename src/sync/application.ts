/** What changes are brought over with, and what is told of it. */
import type { Endpoint } from "./endpoint.ts";
import type { Entry, Part, Path } from "./entry.ts";
import type { Limit } from "./limit.ts";
import type { SideErrorKind } from "./side.ts";

export interface Application {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly limit: Limit;
  /** For files that come in pieces, beside the other one. */
  readonly largeLimit: Limit;
  /** Whether to leave what is not begun for later. */
  isStopped(): boolean;
  /** What stands at this path is about to be changed. */
  onBegin(path: Path): void;
  /** To be said before it is done: what stands there then; of a file, what alone is changed. */
  onIntent(path: Path, after: Entry | undefined, only?: "mode" | "content"): void;
  /** Something there changed that was not looked at yet. */
  isDirty(endpoint: Endpoint, path: Path): boolean;
  /** This stands on a side now. */
  onDone(endpoint: Endpoint, path: Path, entry: Entry | undefined): void;
  /** Of what stands there, this is known now. */
  onPart(endpoint: Endpoint, path: Path, part: Part): void;
  onFailed(failure: Failure): void;
  /** Was not begun. */
  onLeft(path: Path): void;
  onBytes(count: number): void;
}

export interface Failure {
  /** Where it failed. */
  readonly endpoint: Endpoint;
  readonly path: Path;
  readonly kind: Exclude<SideErrorKind, "lost">;
  readonly reason: string;
}
