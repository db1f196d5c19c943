/** What made an image what it is, and what would make it anew, by the config's keys. */
import { requestedDotfiles } from "./container-inputs.ts";
import { type FactChange, factChanges } from "./fact-changes.ts";
import { originAt } from "./origins.ts";
import type { ImageFacts, ImagePlan, Inputs } from "./plan.ts";

export interface InputChange {
  /** As the labels name it: `image.layers[1]`, `env.NODE_ENV`, `the host's user`. */
  readonly input: string;
  /** `added`, `removed`, or `changed`. */
  readonly change: "added" | "removed" | "changed";
  /** Config key; undefined for what does not stand in the config. */
  readonly key: string | undefined;
  /** What of it differs; absent where that is not known. */
  readonly details?: readonly FactChange[];
}

export interface ChangeInput {
  /** Place of the environment in the config. */
  readonly environmentKey: string;
  readonly before: Inputs;
  readonly after: Inputs;
  /** Of the image, where both are known. */
  readonly facts?: { readonly before: ImageFacts; readonly after: ImageFacts } | undefined;
}

/** Each input that differs, in the order of their names; the image as a whole only when none of its inputs does. */
export function inputChanges({ environmentKey, before, after, facts }: ChangeInput): readonly InputChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = names.filter((name) => before[name] !== after[name]);
  const isExplained = changed.some((name) => name.startsWith("image."));
  return changed
    .filter((name) => name !== "image" || !isExplained)
    .filter((name) => name !== requestedDotfiles || after[name] !== undefined)
    .map((input) => ({
      input,
      change: before[input] === undefined ? "added" : after[input] === undefined ? "removed" : "changed",
      key: configKey(environmentKey, input),
      ...(facts === undefined || !input.startsWith("image.") ? {} : detailsOf(input.slice("image.".length), facts)),
    }));
}

function detailsOf(place: string, { before, after }: NonNullable<ChangeInput["facts"]>): Pick<InputChange, "details"> {
  const details = factChanges(before[place] ?? [], after[place] ?? []);
  return details.length === 0 ? {} : { details };
}

/** The inputs of an image as those of a container name them. */
export function asImageInputs(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([place, digest]) => [`image.${place}`, digest]));
}

/** `image.from (locked)` stands at `image.from`; what is said in words stands nowhere. */
function configKey(environmentKey: string, input: string): string | undefined {
  const place = input.replace(/ \(locked\)$/, "");
  if (place === "image" || / |^-/.test(place)) return undefined;
  return environmentKey === "" ? place : `${environmentKey}.${place}`;
}

export interface DockerfileLine {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  /** Config key that made it; undefined for what every Dockerfile has. */
  readonly key: string | undefined;
  /** Config keys of what is copied in the same step, where it is not at `key` alone. */
  readonly copies?: readonly string[];
}

export function dockerfileLines({ dockerfile, origins }: Pick<ImagePlan, "dockerfile" | "origins">): DockerfileLine[] {
  const lines = dockerfile.replace(/\n$/, "").split("\n");
  return lines.map((text, index) => {
    const { key, copies } = originAt(origins, index + 1) ?? {};
    return { line: index + 1, text, key, ...(copies === undefined ? {} : { copies }) };
  });
}
