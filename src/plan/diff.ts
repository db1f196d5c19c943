import { readInputs } from "./labels.ts";
import type { EnvironmentPlan, Inputs } from "./plan.ts";

/** A container of an environment as the engine has it now. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly isRunning: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** The one step from what is observed to what is planned. */
export type Action =
  | { readonly kind: "keep"; readonly container: ObservedContainer }
  | { readonly kind: "start"; readonly container: ObservedContainer }
  | { readonly kind: "create"; readonly reasons: readonly string[] }
  | { readonly kind: "replace"; readonly container: ObservedContainer; readonly reasons: readonly string[] };

export function planAction(plan: EnvironmentPlan, observed: ObservedContainer | undefined): Action {
  if (observed === undefined) return { kind: "create", reasons: ["no container yet"] };
  const reasons = changedInputs(readInputs(observed.labels), plan.container.inputs);
  if (reasons.length > 0) return { kind: "replace", container: observed, reasons };
  return { kind: observed.isRunning ? "keep" : "start", container: observed };
}

/** What differs between two sets of inputs, in the user's words: `env.NODE_ENV changed`, `image: layers[1] added`. */
export function changedInputs(before: Inputs, after: Inputs): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = keys.filter((key) => before[key] !== after[key]);
  const reasons = changed.filter((key) => key !== "image").map((key) => describe(key, before[key], after[key]));
  const hasImageReason = changed.some((key) => key.startsWith("image."));
  if (!changed.includes("image") || hasImageReason) return reasons;
  return ["image: built from other instructions", ...reasons];
}

function describe(key: string, before: string | undefined, after: string | undefined): string {
  const verb = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return `${key.replace(/^image\./, "image: ")} ${verb}`;
}
