import type { Config, EnvironmentConfig, PackagesConfig } from "./define.ts";
import { explainIssues } from "./explain.ts";
import type { KeyPath } from "./key-path.ts";
import { configSchema } from "./schema.ts";
import { describeExpected, type Issue, type Problem } from "./zod-issues.ts";

/** A checked config in its one normal form. */
export interface ValidConfig {
  readonly name: string;
  readonly registries: Readonly<Record<string, string>>;
  readonly packages: PackagesConfig;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  /** The one environment is written at the top level, without `environments`. */
  readonly isSingle: boolean;
}

/** What the one environment of a config without `environments` is called. */
const SINGLE_ENVIRONMENT = "dev";

/** Check a value that a config file gave: the config in its normal form, or all that is wrong with it. */
export async function validateConfig(value: unknown): Promise<ValidConfig | readonly Problem[]> {
  const result = configSchema.safeParse(value, { error: describeExpected });
  const misplaced = checkForm(value);
  // exactOptionalPropertyTypes: to devenv a key that is there and undefined is a key that is not there.
  if (result.success && misplaced.length === 0) return normalise(result.data as Config);
  const issues = result.success ? [] : (result.error.issues as unknown as Issue[]);
  return [...(await explainIssues(issues, value)), ...misplaced];
}

export function isValid(result: ValidConfig | readonly Problem[]): result is ValidConfig {
  return !Array.isArray(result);
}

function normalise({ name, registries = {}, packages = {}, environments, ...single }: Config): ValidConfig {
  const isSingle = environments === undefined;
  return {
    name,
    registries,
    packages,
    environments: environments ?? { [SINGLE_ENVIRONMENT]: single as EnvironmentConfig },
    isSingle,
  };
}

/** Either `environments` with at least one of them, or the keys of one environment. */
function checkForm(value: unknown): Problem[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const { environments, ...others } = value as Record<string, unknown>;
  if (environments === undefined) return others.image === undefined ? [imageMissing] : [];
  const beside = Object.keys(others).filter((key) => others[key] !== undefined && ENVIRONMENT_KEYS.has(key));
  const isEmpty = typeof environments === "object" && environments !== null && Object.keys(environments).length === 0;
  return [...(isEmpty ? [environmentsEmpty] : []), ...beside.map(besideEnvironments)];
}

const ENVIRONMENT_KEYS: ReadonlySet<string> = new Set(
  Object.keys(configSchema.shape).filter((key) => !["name", "registries", "packages", "environments"].includes(key)),
);
const imageMissing: Problem = { path: ["image"], expected: "`image`, or `environments`", found: "nothing" };
const environmentsEmpty: Problem = {
  path: ["environments"],
  expected: "at least one environment",
  found: "an empty object",
};

function besideEnvironments(key: string): Problem {
  const path: KeyPath = [key];
  return { path, message: `\`${key}\` stands beside \`environments\``, suggestion: "move it into an environment" };
}
