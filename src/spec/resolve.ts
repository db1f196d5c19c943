import type { EnvironmentConfig, PackagesConfig } from "../config/define.ts";
import { type HostPlaces, resolveEnvironment } from "./resolve-environment.ts";
import type { Spec } from "./spec.ts";

/** A validated config with all its environments under `environments`, and where each stands in the user's file. */
export interface ResolvableConfig {
  readonly name: string;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  readonly registries?: Readonly<Record<string, string>> | undefined;
  readonly packages?: PackagesConfig | undefined;
}

export interface ResolveOptions extends HostPlaces {
  /** Config key of an environment: `environments.dev`, or empty for one that is written at the top level. */
  environmentKey(name: string): string;
}

/** Fill in defaults and unfold presets. Cross-field rules are checked apart, by `checkRules`. */
export function resolveSpec(config: ResolvableConfig, options: ResolveOptions): Spec {
  const { root, home } = options;
  return {
    project: config.name,
    root,
    registries: config.registries ?? {},
    packages: { mirrors: config.packages?.mirrors ?? {}, snapshot: config.packages?.snapshot },
    environments: Object.entries(config.environments).map(([name, environment]) =>
      resolveEnvironment({ root, home, name, key: options.environmentKey(name) }, environment),
    ),
  };
}
