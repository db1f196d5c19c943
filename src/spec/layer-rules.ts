import { childKey } from "./child-key.ts";
import type { RuleIssue } from "./rule.ts";
import type { EnvironmentSpec } from "./spec.ts";

/** What an `env` layer is made into has one line for each variable. */
export function layerRules({ image }: EnvironmentSpec): readonly RuleIssue[] {
  return image.layers.flatMap((layer) =>
    layer.kind !== "env"
      ? []
      : Object.entries(layer.env)
          .filter(([, value]) => /[\n\0]/.test(value))
          .map(([name]) => ({
            key: childKey(childKey(layer.key, "env"), name),
            message:
              "a variable of an image cannot hold a line break; the key `env` of the environment can, and so can a file that a `run` layer writes",
          })),
  );
}
