import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import type { BuildFailure } from "../engine.ts";
import { statusOf } from "./errors.ts";
import type { StepName } from "./step-name.ts";

export interface FailedStep extends StepName {
  readonly error: string;
  /** Last lines that it printed, oldest first. */
  readonly output: readonly string[];
}

/** Lines kept of a step, for the message when it fails. */
export const keptLines = 30;

/** The error of a build that failed, with the step that did. */
export function buildFailed(tag: string, reason: string, failed?: FailedStep): DevenvError {
  const details: BuildFailure = {
    tag,
    reason: reason.trim().replace(/\.$/, ""),
    step: failed?.name,
    number: failed?.number,
    output: failed?.output ?? [],
  };
  return devenvError("IMAGE_BUILD_FAILED", details);
}

/** A build that the engine refuses before it starts, with a status, has failed like one that failed later. */
export function refusedBuild(tag: string, error: unknown): unknown {
  if (statusOf(error) === undefined || !isDevenvError(error)) return error;
  return buildFailed(tag, (error.details as { reason: string }).reason);
}
