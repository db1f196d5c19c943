import type { ImagePlan } from "./plan.ts";

/** Whether the Dockerfile depends on the user that the base ends with. */
export function needsBaseUser({ origins }: Pick<ImagePlan, "origins">): boolean {
  return origins.some(({ needsRoot }) => needsRoot);
}

/** The Dockerfile for a base that ends with this user: steps of devenv's own run as root, all others as that user. */
export function dockerfileOn({ dockerfile, origins }: Pick<ImagePlan, "dockerfile" | "origins">, user: string): string {
  if (/^(?:|0|root)(?::|$)/.test(user)) return dockerfile;
  const lines = dockerfile.split("\n");
  for (const { from, to } of origins.filter(({ needsRoot }) => needsRoot).toReversed()) {
    lines.splice(from - 1, to - from + 1, "USER root", ...lines.slice(from - 1, to), `USER ${user}`);
  }
  return lines.join("\n");
}
