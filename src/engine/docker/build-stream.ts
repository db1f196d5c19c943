/** Reads the answer to a BuildKit build: progress becomes events, failure an error. */
import { type DevenvError, devenvError } from "../../errors.ts";
import type { BuildEvent, BuildFailure } from "../engine.ts";
import { type BuildSteps, type FailedStep, trackSteps } from "./build-steps.ts";
import { decodeStatus } from "./buildkit-messages.ts";
import { readJsonLines } from "./json-lines.ts";

export interface BuildStreamOptions {
  readonly tag: string;
  onEvent(event: BuildEvent): void;
}

/**
 * Follow a build to its end. The engine answers HTTP 200 also for a failed build; success is an image id
 * and no error. Throws IMAGE_BUILD_FAILED, or what the stream throws when the connection breaks.
 */
export async function followBuild(stream: AsyncIterable<Uint8Array>, options: BuildStreamOptions): Promise<void> {
  const steps = trackSteps(options.onEvent);
  let error: string | undefined;
  let hasImage = false;
  for await (const line of readJsonLines(stream)) {
    const message = line as StreamMessage;
    if (message.id === "moby.image.id") hasImage = true;
    if (message.id === "moby.buildkit.trace") readTrace(message.aux, steps);
    error = message.errorDetail?.message ?? message.error ?? error;
  }
  const failed = steps.end(error);
  if (error !== undefined || failed?.error !== undefined) {
    throw buildFailed({ tag: options.tag, reason: error ?? failed?.error ?? "", failed });
  }
  if (!hasImage) {
    throw buildFailed({ tag: options.tag, reason: "the engine ended the build without an image", failed });
  }
}

/** The error of a build that failed, with the step that did. */
export function buildFailed(failure: {
  readonly tag: string;
  readonly reason: string;
  readonly failed?: FailedStep | undefined;
}): DevenvError {
  const { tag, reason, failed } = failure;
  const details: BuildFailure & { output: readonly string[] } = {
    tag,
    reason: reason.trim().replace(/\.$/, ""),
    step: failed?.name,
    number: failed?.number,
    output: failed?.output ?? [],
  };
  return devenvError("IMAGE_BUILD_FAILED", details);
}

interface StreamMessage {
  readonly id?: string;
  readonly aux?: unknown;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

function readTrace(aux: unknown, steps: BuildSteps): void {
  if (typeof aux === "string") steps.update(decodeStatus(Buffer.from(aux, "base64")));
}
