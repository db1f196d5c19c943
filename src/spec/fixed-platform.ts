import type { EnvironmentSpec, Spec } from "./spec.ts";

/** The one platform that an environment is for, by its own word or that of its base; undefined: it is for any. */
export function fixedPlatform(spec: Spec, { image }: EnvironmentSpec): string | undefined {
  if (image.platform !== undefined) return image.platform;
  const base = baseEnvironment(spec, { image });
  return base === undefined ? undefined : fixedPlatform(spec, base);
}

/** The environment that one builds on. */
export function baseEnvironment(
  { environments }: Spec,
  { image: { from } }: Pick<EnvironmentSpec, "image">,
): EnvironmentSpec | undefined {
  return from.kind === "environment" ? environments.find(({ name }) => name === from.environment) : undefined;
}
