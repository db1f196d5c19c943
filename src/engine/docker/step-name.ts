import type { StepNumber } from "../engine.ts";

export interface StepName {
  readonly name: string;
  readonly number?: StepNumber;
}

/** `[stage-0 2/5] RUN make` → `RUN make`, step 2 of 5; other names, `[internal] load build context`, have no number. */
export function parseStepName(text: string): StepName {
  const [, index, total, name] = /^\[(?:[^\]]* )?(\d+)\/(\d+)\] (.*)$/s.exec(text) ?? [];
  if (name === undefined) return { name: text };
  return { name, number: { index: Number(index), total: Number(total) } };
}
