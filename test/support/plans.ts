import type { EnvironmentConfig } from "../../src/config/define.ts";
import { planImage } from "../../src/plan/image.ts";
import type { ImagePlanInput, LayerSource } from "../../src/plan/image-input.ts";
import type { ImagePlan } from "../../src/plan/plan.ts";
import { resolveSpec } from "../../src/spec/resolve.ts";
import type { EnvironmentSpec, Spec } from "../../src/spec/spec.ts";

/** A spec of the project `shop` in `/home/ada/shop`, with the given environments. */
export function specOf(environments: Record<string, EnvironmentConfig>): Spec {
  return resolveSpec(
    { name: "shop", environments },
    { root: "/home/ada/shop", home: "/home/ada", environmentKey: (name) => `environments.${name}` },
  );
}

/** The spec of a lone environment `dev`. */
export function environmentOf(config: EnvironmentConfig): EnvironmentSpec {
  const [environment] = specOf({ dev: config }).environments;
  if (environment === undefined) throw new Error("no environment");
  return environment;
}

/** The image plan of a lone environment `dev` on linux/amd64. */
export function imageOf(
  config: EnvironmentConfig,
  options: Partial<ImagePlanInput> & { sources?: readonly LayerSource[] } = {},
): ImagePlan {
  const environment = environmentOf(config);
  const none = environment.image.layers.map(() => undefined);
  return planImage({
    project: "shop",
    environment,
    sources: none,
    platform: "linux/amd64",
    base: undefined,
    ...options,
  });
}
