import { requestedDotfiles } from "./container-inputs.ts";
import { readInputs, snapshotLabel } from "./labels.ts";
import { phaseOf } from "./phase.ts";
import type { Inputs, StartPlan } from "./plan.ts";

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
  /** `resume`: it was not brought to its end state, or another hand took it out of it. */
  | { readonly kind: "start" | "resume"; readonly container: ObservedContainer; readonly reasons: readonly string[] }
  /** Its mounts are looked up anew when it starts. */
  | { readonly kind: "restart"; readonly container: ObservedContainer; readonly reasons: readonly string[] }
  | { readonly kind: "create"; readonly reasons: readonly string[] }
  | { readonly kind: "replace"; readonly container: ObservedContainer; readonly reasons: readonly string[] };

/** `loose`: why what a container that runs has mounted is no longer what stands there. */
export function planAction(
  plan: Pick<StartPlan, "hooks" | "container">,
  observed: ObservedContainer | undefined,
  loose: readonly string[] = [],
): Action {
  if (observed === undefined) return { kind: "create", reasons: ["no container yet"] };
  const reasons = changedInputs(readInputs(observed.labels), plan.container.inputs);
  if (reasons.length > 0) return { kind: "replace", container: observed, reasons: [...reasons, ...leaves(observed)] };
  if (observed.state === "running" && loose.length > 0) {
    return { kind: "restart", container: observed, reasons: loose };
  }
  const unfinished = unfinishedReason(plan, observed.name);
  if (unfinished !== undefined) return { kind: "resume", container: observed, reasons: [unfinished] };
  if (observed.state === "running") return { kind: "keep", container: observed };
  const stopped = observed.state === "paused" ? "the container is paused" : "the container is stopped";
  return { kind: "start", container: observed, reasons: [stopped] };
}

/** Why a container, by its name, is not in its end state. */
function unfinishedReason(
  { hooks, container }: Pick<StartPlan, "hooks" | "container">,
  name: string,
): string | undefined {
  switch (phaseOf(name)) {
    case "create":
      return hooks.create === undefined ? "its dotfiles are not applied yet" : "the create hook has not succeeded yet";
    case "start":
      return hooks.start === undefined ? "its secrets are not written yet" : "the start hook has not succeeded yet";
    case "old":
      return "its replacement was interrupted";
    default:
      return name === container.name ? undefined : `it was renamed to \`${name}\``;
  }
}

/** What is made anew is made from the config. */
function leaves({ labels }: ObservedContainer): readonly string[] {
  const snapshot = labels[snapshotLabel] ?? "";
  return snapshot === "" ? [] : [`snapshot \`${snapshot}\` is left`];
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
