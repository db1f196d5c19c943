/**
 * The public input of devenv: what a `devenv.config.ts` may contain. Types and identity functions
 * only, so that loading a config never loads the tool.
 */
import type { Layer, LayerGroup } from "./layers.ts";

/** A whole config; either with `environments`, or one environment's keys beside these. */
export interface Config extends Partial<EnvironmentConfig> {
  /** Project name: lower-case letters, digits, `.`, `_`, `-`. */
  name: string;
  environments?: Record<string, EnvironmentConfig>;
  /** Registry host → mirror: `{ "docker.io": "mirror.example.com" }`. */
  registries?: Record<string, string>;
}

export interface EnvironmentConfig {
  /** An image reference, or how to build one. */
  image: string | ImageConfig;
  workspace?: WorkspaceConfig;
  /** Environment variables of the container. */
  env?: Record<string, string>;
  /** Ports published on 127.0.0.1. */
  ports?: (number | PortConfig)[];
  /** Commands by name, for `devenv task`. */
  tasks?: Record<string, string | TaskConfig>;
  /** The shell that `devenv shell` opens; the image's best one by default. */
  shell?: string;
}

export interface ImageConfig {
  from: string | BootstrapBase | { environment: string };
  layers?: (Layer | LayerGroup)[];
  /** The user the container runs as; created when the image does not have it. */
  user?: string;
  /** `linux/amd64`, `linux/arm64`; the engine's own by default. */
  platform?: string;
}

export interface BootstrapBase {
  kind: "bootstrap";
  suite: string;
  packages?: string[];
  mirror?: string;
  variant?: "minbase" | "essential" | "apt";
}

export interface WorkspaceConfig {
  /** Where the project's folder is in the container; `/workspace` by default. */
  target?: string;
  mode?: "bind";
}

export interface PortConfig {
  container: number;
  host?: number;
  name?: string;
}

export interface TaskConfig {
  command: string;
  cwd?: string;
  env?: Record<string, string>;
  dependsOn?: string[];
}

/** What a config function may depend on. */
export interface ConfigContext {
  /** True when the variable CI is set (to anything but `false` or `0`). */
  readonly ci: boolean;
  /** The process's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type ConfigInput = Config | ((context: ConfigContext) => Config | Promise<Config>);

/** Check a config's type while it is written; returns it unchanged. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/**
 * A Debian or Ubuntu base made from the distribution's own signed archive, with no image registry.
 * `bootstrap({ suite: "bookworm" })`.
 */
export function bootstrap(options: Omit<BootstrapBase, "kind">): BootstrapBase {
  return { kind: "bootstrap", ...options };
}
