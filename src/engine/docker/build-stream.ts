/** Reads the answer to a BuildKit build: progress becomes events, failure an error. */
import type { BuildEvent } from "../engine.ts";
import { buildFailed } from "./build-failure.ts";
import { type BuildSteps, trackSteps } from "./build-steps.ts";
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
  const reason = error ?? failed?.error;
  if (reason !== undefined) throw buildFailed(options.tag, reason, failed);
  if (!hasImage) throw buildFailed(options.tag, "the engine ended the build without an image");
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
