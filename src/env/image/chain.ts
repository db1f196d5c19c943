import type { ImagePlan } from "../../plan/plan.ts";

interface ChainPlan {
  readonly environments: readonly { readonly name: string; readonly image: ImagePlan }[];
}

/** The image of an environment, then those of the environments below it. */
export function imageChain(plan: ChainPlan, image: ImagePlan): readonly [ImagePlan, ...ImagePlan[]] {
  const { base } = image;
  if (base.kind !== "environment") return [image];
  const below = plan.environments.find(({ name }) => name === base.environment);
  if (below === undefined) throw new Error(`environment ${base.environment} was not planned`);
  return [image, ...imageChain(plan, below.image)];
}
