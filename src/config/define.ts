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
  /** Where locked packages are downloaded from. */
  packages?: PackagesConfig;
}

export interface PackagesConfig {
  /** Archive → address that is asked first: `{ debian: "https://mirror.example.com/debian" }`. */
  mirrors?: Record<string, string>;
  /** Address of old versions, as `ADDRESS/ARCHIVE/pool/…`; the distribution's own by default, none when false. */
  snapshot?: string | false;
}

export interface EnvironmentConfig {
  /** An image reference, or how to build one. */
  image: string | ImageConfig;
  workspace?: WorkspaceConfig;
  /**
   * Environment variables of the container. `${NAME}` is the image's variable of that name, as in `"${PATH}:/opt/bin"`;
   * `$${NAME}` stands for these characters, and every other `$` for itself.
   */
  env?: Record<string, string>;
  /** Files of `NAME=value` lines, read as `docker compose` does, relative to the project; `env` wins over them, a later file over an earlier one. */
  envFile?: string | string[];
  /** Ports published on 127.0.0.1. */
  ports?: (number | PortConfig)[];
  /** Further folders and volumes: `"../data:/data:ro"`, or objects. */
  mounts?: (string | MountConfig)[];
  /** Folders in volumes that all projects of this user share, such as a package manager's cache: paths, or paths by name. */
  caches?: string[] | Record<string, string>;
  hooks?: HooksConfig;
  /** Values that never enter an image, a label, a log or an error. */
  secrets?: Record<string, SecretConfig>;
  resources?: ResourcesConfig;
  /** Graphics processors: all, so many, or by id. */
  gpus?: "all" | number | string[];
  /** Devices of the host: `/dev/fuse`, or `HOST:CONTAINER:rwm`. */
  devices?: string[];
  /** Linux capabilities beside the engine's own: `SYS_PTRACE`. */
  capAdd?: string[];
  /** Options of the engine's protection, of which `no-new-privileges` is always there: `no-new-privileges=false` lets `sudo` work. */
  securityOpt?: string[];
  /** What of this machine the container gets. */
  host?: HostConfig;
  /** Folder on the host, or git address, of the user's own settings; applied when the container is created. */
  dotfiles?: string;
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
  /**
   * Where the project's folder is in the container; `/workspace` by default. In a folder of a larger repository one
   * that ends as the folder's path in it, `/shop/packages/a`, brings in all of the repository.
   */
  target?: string;
  /**
   * How the folder gets there: mounted, kept in step by file watching, or copied once. By default it is mounted
   * where the engine runs on this machine, and kept in step elsewhere.
   */
  mode?: "bind" | "sync" | "copy";
  /** Of `sync`: whether what changes inside comes back; `two-way` by default. */
  direction?: "two-way" | "to-container";
  /** What is neither synced nor copied, in gitignore's syntax; the word `gitignore` stands for what git ignores. */
  ignore?: string[];
  /** When both sides change a file: keep the later one and the other beside it, or let the path wait; `keep-both` by default. */
  conflicts?: "keep-both" | "wait";
  /** What to do when files change. */
  watch?: WatchConfig[];
  /** Folders of the workspace that live in volumes of their own: `node_modules`, `.venv`. */
  volumes?: string[];
  /** Code inside cannot change the files of the config, which run on the host. */
  protectConfig?: boolean;
}

export interface WatchConfig {
  /** In the syntax of gitignore: `package-lock.json`, `*.proto`. */
  paths: string[];
  action: "restart" | "run" | "rebuild";
  /** Of `run`: runs in the environment as the environment's user in the workspace. */
  command?: string;
}

export interface PortConfig {
  container: number;
  /** Port of the host; the same by default. A taken one gives way to a free one. */
  host?: number;
  /** Fail when the host's port is taken. */
  required?: boolean;
  name?: string;
}

export type MountConfig = BindMountConfig | VolumeMountConfig;

export interface BindMountConfig {
  /** File or folder on the host: absolute, below `~`, or relative to the project. */
  source: string;
  target: string;
  readOnly?: boolean;
}

export interface VolumeMountConfig {
  /** A volume of the engine by name, created when it is not there. */
  volume: string;
  target: string;
  readOnly?: boolean;
}

/** A command; a list, one after another; or a record, all at once. Run as the environment's user in the workspace. */
export type HookConfig = string | string[] | Record<string, string>;

export interface HooksConfig {
  /** Once after the container was created; one that failed runs again. */
  create?: HookConfig;
  /** At each start. */
  start?: HookConfig;
}

/** Exactly one of `env`, `file` and `command` says where the value is. */
export interface SecretConfig {
  /** Environment variable of the host. */
  env?: string;
  /** File on the host: absolute, below `~`, or relative to the project. */
  file?: string;
  /** Shell command that prints the value: `op read op://team/npm/token`. */
  command?: string;
  /** A file `/run/secrets/NAME` in memory; with `env`, the variable NAME too. */
  as?: "file" | "env";
}

export interface ResourcesConfig {
  /** Processors, also parts of one: `1.5`. */
  cpus?: number;
  /** `"4g"`, `"512m"`, or bytes. */
  memory?: string | number;
}

export interface HostConfig {
  /** The host's time zone, as TZ; programs inside need the package `tzdata` to know it. UTC by default. */
  timezone?: boolean;
}

/** What one developer may change for himself, in `devenv.local.ts`: never the image. */
export interface LocalEnvironmentConfig
  extends Pick<
    EnvironmentConfig,
    | "env"
    | "envFile"
    | "ports"
    | "mounts"
    | "resources"
    | "gpus"
    | "devices"
    | "capAdd"
    | "securityOpt"
    | "host"
    | "dotfiles"
    | "shell"
  > {}

/** The content of `devenv.local.ts`: keys for every environment, and for single ones. */
export interface LocalConfig extends LocalEnvironmentConfig {
  environments?: Record<string, LocalEnvironmentConfig>;
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

/** Check the type of a `devenv.local.ts` while it is written; returns it unchanged. */
export function defineLocalConfig(config: LocalConfig): LocalConfig {
  return config;
}

/**
 * A Debian or Ubuntu base made from the distribution's own signed archive, with no image registry.
 * `bootstrap({ suite: "bookworm" })`.
 */
export function bootstrap(options: Omit<BootstrapBase, "kind">): BootstrapBase {
  return { kind: "bootstrap", ...options };
}
