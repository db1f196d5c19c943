import { originAt } from "./origins.ts";
import type { ImagePlan } from "./plan.ts";
import { dockerfileSteps } from "./steps.ts";

/** A step of a build that asks for a network other than the builder's own. */
export interface NetworkStep {
  /** Config key that made it. */
  readonly key: string;
  /** `none`, `host`. */
  readonly network: string;
}

/** The first one; steps in raw Dockerfile lines count too. */
export function networkStep({
  dockerfile,
  origins,
}: Pick<ImagePlan, "dockerfile" | "origins">): NetworkStep | undefined {
  for (const { line, instruction } of dockerfileSteps(dockerfile)) {
    const network = /^RUN\s+(?:--\S+\s+)*?--network=(\S+)/i.exec(instruction)?.[1];
    const origin = originAt(origins, line);
    if (network !== undefined && network !== "default" && origin !== undefined) return { key: origin.key, network };
  }
  return undefined;
}
