import { posix, resolve as resolvePath } from "node:path";
import type {
  EnvironmentConfig,
  HookConfig,
  HostConfig,
  MountConfig,
  PortConfig,
  ResourcesConfig,
  SecretConfig,
  TaskConfig,
  WorkspaceConfig,
} from "../config/define.ts";
import { childKey } from "./child-key.ts";
import { resolveImage } from "./resolve-image.ts";
import type {
  CacheSpec,
  DeviceSpec,
  EnvironmentSpec,
  HookSpec,
  MountSpec,
  PortSpec,
  ResourcesSpec,
  SecretSpec,
  TaskSpec,
  WorkspaceSpec,
} from "./spec.ts";

/** The places on the host that paths in a config start from. */
export interface HostPlaces {
  /** Absolute real path of the workspace. */
  readonly root: string;
  /** What `~` means. */
  readonly home: string;
}

export interface EnvironmentPlace extends HostPlaces {
  readonly name: string;
  readonly key: string;
}

export function resolveEnvironment(place: EnvironmentPlace, config: EnvironmentConfig): EnvironmentSpec {
  const { name, key } = place;
  const target = trimSlash(posix.normalize(config.workspace?.target ?? "/workspace"));
  return {
    name,
    key,
    image: resolveImage(childKey(key, "image"), config.image, config.secrets ?? {}),
    workspace: { target, ...resolveWorkspace(config.workspace ?? {}) },
    envFiles: toList(config.envFile ?? []),
    env: config.env ?? {},
    ports: (config.ports ?? []).map(resolvePort),
    mounts: (config.mounts ?? []).map((mount, index) =>
      resolveMount({ ...place, key: `${childKey(key, "mounts")}[${index}]` }, mount),
    ),
    caches: resolveCaches(config.caches ?? []),
    hooks: {
      create: resolveHook(childKey(childKey(key, "hooks"), "create"), config.hooks?.create),
      start: resolveHook(childKey(childKey(key, "hooks"), "start"), config.hooks?.start),
    },
    secrets: Object.entries(config.secrets ?? {}).map(([secret, value]) =>
      resolveSecret({ name: secret, key: childKey(childKey(key, "secrets"), secret) }, value),
    ),
    resources: resolveResources(config.resources ?? {}),
    gpus: config.gpus,
    devices: (config.devices ?? []).map(resolveDevice),
    capAdd: unique((config.capAdd ?? []).map((capability) => capability.replace(/^CAP_/, ""))).sort(),
    securityOpt: resolveSecurity(config.securityOpt ?? []),
    host: resolveHost(config.host),
    dotfiles: config.dotfiles === undefined ? undefined : resolveDotfiles(config.dotfiles, place),
    tasks: Object.fromEntries(Object.entries(config.tasks ?? {}).map(([task, value]) => [task, resolveTask(value)])),
    shell: config.shell,
  };
}

function resolveWorkspace(config: WorkspaceConfig): Omit<WorkspaceSpec, "target"> {
  const { volumes = [], mode, direction = "two-way", ignore = [], conflicts = "keep-both", watch = [] } = config;
  const { protectConfig = false } = config;
  return {
    volumes: unique(volumes.map(folderBelow)).sort(),
    mode,
    sync: { direction, ignore, conflicts },
    watch: watch.map(({ paths, action, command }) => ({ paths, action, command })),
    protectConfig,
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

function folderBelow(path: string): string {
  return trimSlash(posix.normalize(path));
}

function resolvePort(port: number | PortConfig): PortSpec {
  const {
    container,
    host = container,
    required = false,
    name,
  }: PortConfig = typeof port === "number" ? { container: port } : port;
  return { container, host, required, name };
}

function resolveMount(place: HostPlaces & { readonly key: string }, mount: string | MountConfig): MountSpec {
  const config = typeof mount === "string" ? readShortMount(mount) : mount;
  const { key } = place;
  const target = trimSlash(posix.normalize(config.target));
  const readOnly = config.readOnly ?? false;
  if ("volume" in config) return { key, kind: "volume", source: config.volume, target, readOnly };
  return { key, kind: "bind", source: hostPath(config.source, place), target, readOnly };
}

/** `source:/target` or `source:/target:ro`; a source without a slash is a folder too, as all sources are. */
function readShortMount(text: string): MountConfig {
  const [source = "", target = "", option] = text.split(":");
  return { source, target, readOnly: option === "ro" };
}

function hostPath(path: string, { root, home }: HostPlaces): string {
  return path === "~" || path.startsWith("~/") ? resolvePath(home, `.${path.slice(1)}`) : resolvePath(root, path);
}

/** A path names its own cache, so that two projects that write the same one share it. */
function resolveCaches(caches: NonNullable<EnvironmentConfig["caches"]>): readonly CacheSpec[] {
  const named = Array.isArray(caches) ? caches.map((path): [string, string] => [cacheName(path), path]) : undefined;
  return (named ?? Object.entries(caches)).map(([name, target]) => ({ name, target: folderBelow(target) }));
}

function cacheName(path: string): string {
  return path.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

function resolveHook(key: string, hook: HookConfig | undefined): HookSpec | undefined {
  if (hook === undefined) return undefined;
  if (typeof hook === "string") return { key, parallel: false, commands: [{ name: undefined, command: hook }] };
  const commands = Array.isArray(hook)
    ? hook.map((command) => ({ name: undefined, command }))
    : Object.entries(hook).map(([name, command]) => ({ name, command }));
  return commands.length === 0 ? undefined : { key, parallel: !Array.isArray(hook), commands };
}

/** One with no source, or several, is reported by `checkRules`; here the first counts. */
function resolveSecret(place: { readonly name: string; readonly key: string }, config: SecretConfig): SecretSpec {
  const kind = (["env", "file", "command"] as const).find((one) => config[one] !== undefined) ?? "env";
  return { ...place, source: { kind, value: config[kind] ?? place.name }, asEnv: config.as === "env" };
}

function resolveResources({ cpus, memory }: ResourcesConfig): ResourcesSpec {
  return { cpus, memory: typeof memory === "string" ? readSize(memory) : memory };
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Binary units, as Docker's `--memory` takes them. */
function readSize(text: string): number {
  const [, number = "0", unit = ""] = /^([\d.]+)([kmgt]?)b?$/i.exec(text) ?? [];
  return Math.round(Number(number) * (units[unit.toLowerCase()] ?? 1));
}

function resolveDevice(text: string): DeviceSpec {
  const [source = "", ...others] = text.split(":");
  const target = others.find((part) => part.startsWith("/")) ?? source;
  return { source, target, permissions: others.find((part) => !part.startsWith("/")) ?? "rwm" };
}

function resolveHost({ timezone = false }: HostConfig = {}): EnvironmentSpec["host"] {
  return { timezone };
}

function resolveSecurity(options: readonly string[]): readonly string[] {
  const named = options.map((option) => option.replace(":", "="));
  return unique(named.filter((option) => !/^no-new-privileges(=true)?$/.test(option))).sort();
}

function resolveDotfiles(text: string, places: HostPlaces): string {
  return isGitAddress(text) ? text : hostPath(text, places);
}

/** A spec whose environments have the dotfiles that a run asks for: a folder relative to `cwd`, or a git address. */
export function requestDotfiles<S extends { readonly environments: readonly EnvironmentSpec[] }>(
  spec: S,
  dotfiles: string,
  places: HostPlaces,
): S {
  const requestedDotfiles = resolveDotfiles(dotfiles, places);
  return { ...spec, environments: spec.environments.map((one) => ({ ...one, requestedDotfiles })) };
}

export function isGitAddress(text: string): boolean {
  return /^(https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(text);
}

function resolveTask(task: string | TaskConfig): TaskSpec {
  const config: TaskConfig = typeof task === "string" ? { command: task } : task;
  return { command: config.command, cwd: config.cwd, env: config.env ?? {}, dependsOn: config.dependsOn ?? [] };
}
