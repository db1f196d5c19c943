import type { Config, ConfigContext, ConfigInput, EnvironmentConfig } from "./define.ts";

/** A config with parts left out, as a team preset or an override has. */
export interface ConfigPart extends Partial<Omit<Config, "environments">> {
  environments?: Record<string, Partial<EnvironmentConfig>>;
}

/** A part, or a function that gives one. */
export type ConfigPartInput = ConfigPart | ((context: ConfigContext) => ConfigPart | Promise<ConfigPart>);

/**
 * `base` with `mine` laid over it. Records merge key by key; lists (`layers`, `ports`, …) are the
 * base's entries, then mine; for all else, and for `from` as a whole, mine wins where it says something.
 * When either is a function, so is the result. What comes out is validated like any config.
 */
export function mergeConfig(base: ConfigPart, mine: ConfigPart): Config;
export function mergeConfig(base: ConfigPartInput, mine: ConfigPartInput): ConfigInput;
export function mergeConfig(base: ConfigPartInput, mine: ConfigPartInput): ConfigInput {
  if (typeof base !== "function" && typeof mine !== "function") return mergeParts(base, mine);
  return async (context) => mergeParts(await partOf(base, context), await partOf(mine, context));
}

async function partOf(input: ConfigPartInput, context: ConfigContext): Promise<ConfigPart> {
  return typeof input === "function" ? input(context) : input;
}

function mergeParts(base: ConfigPart, mine: ConfigPart): Config {
  return mergeRecords(base, mine) as unknown as Config;
}

function mergeRecords(base: object, mine: object): Record<string, unknown> {
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(mine)) {
    if (value !== undefined) merged.set(key, key === "from" ? value : mergeValues(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function mergeValues(base: unknown, mine: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(mine)) return [...base, ...mine];
  return isRecord(base) && isRecord(mine) ? mergeRecords(base, mine) : mine;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
