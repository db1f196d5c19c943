import type {
  BootstrapBase as BootstrapConfig,
  EnvironmentConfig,
  ImageConfig,
  PortConfig,
  TaskConfig,
} from "../config/define.ts";
import { parseKeyPath, printKeyPath } from "../config/key-path.ts";
import type { Layer, LayerGroup } from "../config/layers.ts";
import { parseImageReference, printImageReference } from "./image-reference.ts";
import type {
  BaseSpec,
  BootstrapBase,
  EnvironmentSpec,
  ImageSpec,
  LayerSpec,
  PortSpec,
  Spec,
  TaskSpec,
} from "./spec.ts";

/** A validated config with all its environments under `environments`, and where each stands in the user's file. */
export interface ResolvableConfig {
  readonly name: string;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  readonly registries?: Readonly<Record<string, string>> | undefined;
}

export interface ResolveOptions {
  /** Absolute real path of the workspace. */
  readonly root: string;
  /** Config key of an environment: `environments.dev`, or empty for one that is written at the top level. */
  environmentKey(name: string): string;
}

/** Fill in defaults and unfold presets. Cross-field rules are checked apart, by `checkRules`. */
export function resolveSpec(config: ResolvableConfig, options: ResolveOptions): Spec {
  return {
    project: config.name,
    root: options.root,
    registries: config.registries ?? {},
    environments: Object.entries(config.environments).map(([name, environment]) =>
      resolveEnvironment(name, options.environmentKey(name), environment),
    ),
  };
}

/** A key below another; the empty key is the top of the config. */
export function childKey(parent: string, child: string): string {
  return printKeyPath([...parseKeyPath(parent), child]);
}

function resolveEnvironment(name: string, key: string, config: EnvironmentConfig): EnvironmentSpec {
  return {
    name,
    key,
    image: resolveImage(childKey(key, "image"), config.image),
    workspace: { target: config.workspace?.target ?? "/workspace" },
    env: config.env ?? {},
    ports: (config.ports ?? []).map(resolvePort),
    tasks: Object.fromEntries(Object.entries(config.tasks ?? {}).map(([task, value]) => [task, resolveTask(value)])),
    shell: config.shell,
  };
}

function resolveImage(key: string, config: string | ImageConfig): ImageSpec {
  const image: ImageConfig = typeof config === "string" ? { from: config } : config;
  return {
    key,
    from: resolveBase(image.from),
    layers: (image.layers ?? []).flatMap((layer, index) => resolveLayers(`${key}.layers[${index}]`, layer)),
    user: image.user,
    platform: image.platform,
  };
}

function resolveBase(from: ImageConfig["from"]): BaseSpec {
  if (typeof from === "string") return { kind: "reference", reference: canonicalReference(from) };
  if ("environment" in from) return { kind: "environment", environment: from.environment };
  return resolveBootstrap(from);
}

/** Text that is no image reference is kept as it is: `checkRules` reports it. */
function canonicalReference(text: string): string {
  const reference = parseImageReference(text);
  return reference === undefined ? text : printImageReference(reference);
}

function resolveBootstrap(config: BootstrapConfig): BootstrapBase {
  return {
    kind: "bootstrap",
    suite: config.suite,
    packages: [...new Set(config.packages ?? [])].sort(),
    variant: config.variant ?? "minbase",
    mirror: config.mirror,
  };
}

function resolveLayers(key: string, layer: Layer | LayerGroup): LayerSpec[] {
  if (isGroup(layer)) return layer.map((part) => resolveLayer(key, part));
  return [resolveLayer(key, layer)];
}

function isGroup(layer: Layer | LayerGroup): layer is LayerGroup {
  return Array.isArray(layer);
}

function resolveLayer(key: string, layer: Layer): LayerSpec {
  switch (layer.kind) {
    case "archive":
      return { key, ...layer, sha256: layer.sha256, strip: layer.strip ?? 0 };
    case "copy":
      return { key, kind: "copy", from: toList(layer.from), to: layer.to, owner: layer.owner, mode: layer.mode };
    case "run":
      return {
        key,
        kind: "run",
        command: toList(layer.command).join(" && "),
        cache: layer.cache ?? [],
        env: layer.env ?? {},
        workdir: layer.workdir,
        network: layer.network ?? "default",
      };
    default:
      return { key, ...layer };
  }
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function resolvePort(port: number | PortConfig): PortSpec {
  if (typeof port === "number") return { container: port, host: port, name: undefined };
  return { container: port.container, host: port.host ?? port.container, name: port.name };
}

function resolveTask(task: string | TaskConfig): TaskSpec {
  const config: TaskConfig = typeof task === "string" ? { command: task } : task;
  return {
    command: config.command,
    cwd: config.cwd,
    env: config.env ?? {},
    dependsOn: config.dependsOn ?? [],
  };
}
