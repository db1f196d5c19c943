import { childKey } from "./child-key.ts";
import type { RuleIssue } from "./rule.ts";
import type { EnvironmentSpec } from "./spec.ts";

/** A layer may use only secrets that are declared. */
export function secretRules({ image, secrets }: EnvironmentSpec): readonly RuleIssue[] {
  const known = secrets.map(({ name }) => name);
  return image.layers.flatMap((layer) =>
    layer.kind !== "run"
      ? []
      : layer.secrets
          .filter(({ name }) => !known.includes(name))
          .map(({ name }) => ({
            key: childKey(layer.key, "secrets"),
            message: `there is no secret \`${name}\`; there is ${known.map((one) => `\`${one}\``).join(", ") || "none"}`,
          })),
  );
}
