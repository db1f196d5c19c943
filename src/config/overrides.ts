/** The overrides of one developer: `devenv.local.ts` and its like. Loaded only when there are some. */
import type { LocalConfig, LocalEnvironmentConfig } from "./define.ts";
import { explainIssues } from "./explain.ts";
import { invalidConfig } from "./invalid.ts";
import type { KeyPath } from "./key-path.ts";
import { overlay, sideOf } from "./overlay.ts";
import type { ConfigSource } from "./read-file.ts";
import { configSchema, localConfigSchema } from "./schema.ts";
import type { ValidConfig } from "./validate.ts";
import { describeExpected, type Issue, type Problem } from "./zod-issues.ts";

/** Check what a file of overrides gave; throws CONFIG_INVALID with all that is wrong. */
export async function validateOverrides(local: ConfigSource, config: ValidConfig): Promise<LocalConfig> {
  const result = localConfigSchema.safeParse(local.value, { error: describeExpected });
  const issues = result.success ? [] : (result.error.issues as unknown as Issue[]);
  const problems = await explainIssues([...issues, ...unknownEnvironments(local.value, config)], local.value);
  if (result.success && problems.length === 0) return result.data as LocalConfig;
  throw await invalidConfig(local, problems.map(tellWhereItBelongs));
}

/** The config with the overrides laid over it: those for every environment, then those for a single one. */
export function applyOverrides(config: ValidConfig, overrides: LocalConfig): ValidConfig {
  const { everywhere, single } = partsOf(overrides);
  const environments = Object.entries(config.environments).map(([name, environment]) => [
    name,
    overlay(overlay(environment, everywhere), single(name)),
  ]);
  return { ...config, environments: Object.fromEntries(environments) };
}

export interface Origin {
  /** It comes from the overrides, not from the config. */
  readonly isOverride: boolean;
  /** The path in that file. */
  readonly path: KeyPath;
}

/** Where a key of the overridden config was written. */
export function originOf(path: KeyPath, config: ValidConfig, overrides: LocalConfig): Origin {
  const place = config.isSingle ? [] : path.slice(0, 2);
  const name = String(config.isSingle ? Object.keys(config.environments)[0] : path[1]);
  const environment = config.environments[name];
  if (environment === undefined || (!config.isSingle && path[0] !== "environments")) {
    return { isOverride: false, path };
  }
  const { everywhere, single } = partsOf(overrides);
  const last = sideOf(path.slice(place.length), overlay(environment, everywhere), single(name));
  if (last.isMine) return { isOverride: true, path: ["environments", name, ...last.path] };
  const first = sideOf(last.path, environment, everywhere);
  return first.isMine ? { isOverride: true, path: first.path } : { isOverride: false, path: [...place, ...first.path] };
}

interface Parts {
  readonly everywhere: LocalEnvironmentConfig;
  single(name: string): LocalEnvironmentConfig;
}

function partsOf({ environments = {}, ...everywhere }: LocalConfig): Parts {
  return { everywhere, single: (name) => (Object.hasOwn(environments, name) && environments[name]) || {} };
}

/** As zod reports a key that an object does not have. */
function unknownEnvironments(value: unknown, config: ValidConfig): Issue[] {
  const named = (value as { environments?: unknown } | null)?.environments;
  if (typeof named !== "object" || named === null) return [];
  const known = Object.keys(config.environments);
  const keys = Object.keys(named).filter((name) => !known.includes(name));
  return keys.length === 0
    ? []
    : [{ code: "unrecognized_keys", path: ["environments"], message: known.join(" "), keys }];
}

/** A key that a config may have, and an override may not. */
function tellWhereItBelongs(problem: Problem): Problem {
  const key = problem.path.at(-1);
  const isKeyOfEnvironment = problem.path.length === (problem.path[0] === "environments" ? 3 : 1);
  if (typeof key !== "string" || !isKeyOfEnvironment || !CONFIG_KEYS.has(key)) return problem;
  const message = key === "image" ? "an override never changes the image" : `an override never changes \`${key}\``;
  return { ...problem, message, found: `\`${key}\`, which only the config itself has` };
}

const CONFIG_KEYS: ReadonlySet<string> = new Set(
  Object.keys(configSchema.shape).filter((key) => !Object.hasOwn(localConfigSchema.shape, key)),
);
