import { requestedDotfiles } from "./container-inputs.ts";
import { readInputs } from "./labels.ts";
import { phaseOf } from "./phase.ts";
import type { EnvironmentPlan, Inputs } from "./plan.ts";

export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

/** A container of an environment as the engine has it now. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** The one step from what is observed to what is planned. */
export type Action =
  | { readonly kind: "keep"; readonly container: ObservedContainer }
  /** `resume`: a hook of it has not ended well yet. */
  | { readonly kind: "start" | "resume"; readonly container: ObservedContainer; readonly reasons: readonly string[] }
  | { readonly kind: "create"; readonly reasons: readonly string[] }
  | { readonly kind: "replace"; readonly container: ObservedContainer; readonly reasons: readonly string[] };

export function planAction(plan: EnvironmentPlan, observed: ObservedContainer | undefined): Action {
  if (observed === undefined) return { kind: "create", reasons: ["no container yet"] };
  const reasons = changedInputs(readInputs(observed.labels), plan.container.inputs);
  if (reasons.length > 0) return { kind: "replace", container: observed, reasons };
  const phase = phaseOf(observed.name);
  if (phase === "create" || phase === "start") {
    return { kind: "resume", container: observed, reasons: [`the ${phase} hook has not succeeded yet`] };
  }
  if (observed.state === "running") return { kind: "keep", container: observed };
  const stopped = observed.state === "paused" ? "the container is paused" : "the container is stopped";
  return { kind: "start", container: observed, reasons: [stopped] };
}

/** What differs between two sets of inputs, in the user's words: `env.NODE_ENV changed`, `image: layers[1] added`. */
export function changedInputs(before: Inputs, after: Inputs): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = keys.filter(
    (key) => before[key] !== after[key] && !(key === requestedDotfiles && after[key] === undefined),
  );
  const reasons = changed.filter((key) => key !== "image").map((key) => describe(key, before[key], after[key]));
  const hasImageReason = changed.some((key) => key.startsWith("image."));
  if (!changed.includes("image") || hasImageReason) return reasons;
  return ["image: built from other instructions", ...reasons];
}

function describe(key: string, before: string | undefined, after: string | undefined): string {
  const verb = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return `${key.replace(/^image\./, "image: ")} ${verb}`;
}
