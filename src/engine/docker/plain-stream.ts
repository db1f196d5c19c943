/** Reads the answer to a build without BuildKit, plain text in JSON lines, into the same events and errors. */
import type { BuildEvent } from "../engine.ts";
import { buildFailed, type FailedStep, keptLines } from "./build-failure.ts";
import type { BuildStreamOptions } from "./build-stream.ts";
import { readJsonLines } from "./json-lines.ts";
import { cutLines } from "./log-lines.ts";
import type { StepName } from "./step-name.ts";

/** Follow a build to its end; throws IMAGE_BUILD_FAILED, or what the stream throws when the connection breaks. */
export async function followPlainBuild(stream: AsyncIterable<Uint8Array>, options: BuildStreamOptions): Promise<void> {
  const cutter = cutLines();
  const steps = trackPlainSteps(options.onEvent);
  let error: string | undefined;
  let hasImage = false;
  for await (const line of readJsonLines(stream)) {
    const message = line as PlainMessage;
    for (const text of cutter.push(Buffer.from(message.stream ?? ""))) steps.line(text);
    if (message.aux?.ID !== undefined) hasImage = true;
    error = (message.errorDetail?.message ?? message.error)?.trim() ?? error;
  }
  for (const text of cutter.end()) steps.line(text);
  const failed = steps.end(error);
  if (error !== undefined) throw buildFailed(options.tag, error, failed);
  if (!hasImage) throw buildFailed(options.tag, "the engine ended the build without an image");
}

interface PlainMessage {
  readonly stream?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
  readonly aux?: { readonly ID?: string };
}

/** `STEP 2/5: RUN make` or `Step 2/5 : RUN make`; with several stages `[1/2] STEP 2/5: RUN make`. */
const stepLine = /^(?:\[(\d+)\/\d+\] )?step (\d+)\/(\d+) ?: (.*)$/i;

interface PlainStep extends StepName {
  readonly step: string;
  readonly startedMs: number;
  readonly output: string[];
  cached: boolean;
}

function trackPlainSteps(onEvent: (event: BuildEvent) => void) {
  let current: PlainStep | undefined;
  const finish = (error?: string) => {
    if (current === undefined) return;
    const { output, startedMs, ...step } = current;
    const durationMs = performance.now() - startedMs;
    onEvent({ kind: "step-finished", ...step, durationMs, ...(error === undefined ? {} : { error }) });
  };
  return {
    line(text: string): void {
      const next = readStep(text);
      if (next !== undefined) {
        finish();
        current = next;
        onEvent({ kind: "step-started", step: next.step, ...nameOf(next) });
      } else if (current !== undefined) {
        if (text.startsWith("--> Using cache")) current.cached = true;
        onEvent({ kind: "log", step: current.step, stream: "stdout", text });
        current.output.push(text);
        current.output.splice(0, current.output.length - keptLines);
      }
    },
    end(error: string | undefined): FailedStep | undefined {
      finish(error);
      return error === undefined || current === undefined
        ? undefined
        : { ...nameOf(current), error, output: current.output };
    },
  };
}

function readStep(text: string): PlainStep | undefined {
  const [, stage = "1", index, total, name] = stepLine.exec(text) ?? [];
  if (name === undefined) return undefined;
  return {
    step: `${stage}-${index}`,
    name,
    number: { index: Number(index), total: Number(total) },
    startedMs: performance.now(),
    output: [],
    cached: false,
  };
}

function nameOf({ name, number }: StepName): StepName {
  return number === undefined ? { name } : { name, number };
}
