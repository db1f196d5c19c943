import { performance } from "node:perf_hooks";
import type { KnownContext, StepName } from "./operation.ts";

export interface StepOptions {
  readonly environment: string;
  readonly step: StepName;
  /** What is being done, while it is: `building`. */
  readonly text: string;
}

export interface StepOutcome<Value> {
  /** What was done. */
  readonly text: string;
  readonly value: Value;
}

/** Do one step of an operation and report its start, its end and how long it took. */
export async function runStep<Value>(
  { report }: Pick<KnownContext, "report">,
  { environment, step, text }: StepOptions,
  work: () => Promise<StepOutcome<Value>>,
): Promise<Value> {
  const started = performance.now();
  report({ kind: "step-started", environment, step, text });
  try {
    const outcome = await work();
    report({ kind: "step-finished", environment, step, text: outcome.text, durationMs: performance.now() - started });
    return outcome.value;
  } catch (error) {
    report({ kind: "step-failed", environment, step, durationMs: performance.now() - started });
    throw error;
  }
}
