/**
 * What the config means: every default filled in, every path absolute, presets unfolded into the
 * primitive layers. Plain immutable data.
 */
export interface Spec {
  readonly project: string;
  /** Absolute real path of the folder that holds the config: the workspace on the host. */
  readonly root: string;
  /** Registry host → mirror that stands in for it, e.g. `{ "docker.io": "mirror.example.com" }`. */
  readonly registries: Readonly<Record<string, string>>;
  readonly packages: PackageSources;
  readonly environments: readonly EnvironmentSpec[];
  /** Files that the config was read from, relative to the root: those that are in it. */
  readonly configFiles?: readonly string[];
}

/** Where locked packages are downloaded from; says nothing about what they are, so it never counts in a fingerprint. */
export interface PackageSources {
  /** Archive → address that is asked first. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** Address of old versions; undefined: the distribution's own; false: none. */
  readonly snapshot: string | false | undefined;
}

export interface EnvironmentSpec {
  readonly name: string;
  /** Its place in the config: `environments.dev`, or the empty string for a single environment written at the top. */
  readonly key: string;
  readonly image: ImageSpec;
  readonly workspace: WorkspaceSpec;
  /** Relative to the project, in the order they are read. */
  readonly envFiles: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly mounts: readonly MountSpec[];
  readonly caches: readonly CacheSpec[];
  readonly hooks: HooksSpec;
  readonly secrets: readonly SecretSpec[];
  readonly resources: ResourcesSpec;
  readonly gpus: "all" | number | readonly string[] | undefined;
  readonly devices: readonly DeviceSpec[];
  /** Without `CAP_`, sorted. */
  readonly capAdd: readonly string[];
  /** `NAME=VALUE`, sorted; what is so by default does not stand there. */
  readonly securityOpt: readonly string[];
  /** What of the host it gets. */
  readonly host: { readonly timezone: boolean };
  /** Absolute folder of the host, or a git address. */
  readonly dotfiles: string | undefined;
  /** Those that one run asks for; they stand before the config's. */
  readonly requestedDotfiles?: string | undefined;
  readonly tasks: Readonly<Record<string, TaskSpec>>;
  /** Absolute path or name of the shell that `devenv shell` opens; undefined: the best one the image has. */
  readonly shell: string | undefined;
}

export interface ImageSpec {
  readonly key: string;
  readonly from: BaseSpec;
  readonly layers: readonly LayerSpec[];
  /** User that the container runs as; a name that the image lacks is created. */
  readonly user: string | undefined;
  /** `linux/amd64`, `linux/arm64`; undefined: the engine's own. */
  readonly platform: string | undefined;
}

export type BaseSpec = ReferenceBase | EnvironmentBase | BootstrapBase;

export interface ReferenceBase {
  readonly kind: "reference";
  /** Canonical image reference, e.g. `docker.io/library/debian:bookworm-slim`. */
  readonly reference: string;
}

export interface EnvironmentBase {
  readonly kind: "environment";
  readonly environment: string;
}

/** A Debian or Ubuntu base made from the distribution's own signed archive, without an image registry. */
export interface BootstrapBase {
  readonly kind: "bootstrap";
  readonly suite: string;
  /** Packages beside the variant's own, sorted. */
  readonly packages: readonly string[];
  readonly variant: "minbase" | "essential" | "apt";
  /** Where to download from; says nothing about the content, so it never counts in a fingerprint. */
  readonly mirror: string | undefined;
}

/** One layer as the user wrote it, or one part of a preset; `key` is its place in the config: `environments.dev.image.layers[1]`. */
export type LayerSpec = { readonly key: string } & (
  | AptLayer
  | ApkLayer
  | ArchiveLayer
  | CopyLayer
  | RunLayer
  | EnvLayer
  | DockerfileLayer
);

export interface AptLayer {
  readonly kind: "apt";
  readonly packages: readonly string[];
}
export interface ApkLayer {
  readonly kind: "apk";
  readonly packages: readonly string[];
}
export interface ArchiveLayer {
  readonly kind: "archive";
  /** An `http(s):` address or `npm:NAME@VERSION`, or one for each platform. */
  readonly url: string | Readonly<Record<string, string>>;
  readonly sha256: string | Readonly<Record<string, string>> | undefined;
  /** Absolute folder in the image. */
  readonly to: string;
  /** Leading path components to drop from each entry. */
  readonly strip: number;
}
export interface CopyLayer {
  readonly kind: "copy";
  /** Paths below the project root, `/`-separated, relative, normalised. */
  readonly from: readonly string[];
  readonly to: string;
  /** `user`, `user:group` or numbers. */
  readonly owner: string | undefined;
  /** Octal permission bits as text, `0755`. */
  readonly mode: string | undefined;
}
export interface RunLayer {
  readonly kind: "run";
  /** Shell text; a list in the config has been joined by ` && `. */
  readonly command: string;
  /** Absolute folders kept between builds and left out of the image. */
  readonly cache: readonly string[];
  /** Declared secrets, by name, and whether each is a variable too. */
  readonly secrets: readonly { readonly name: string; readonly asEnv: boolean }[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string | undefined;
  readonly network: "default" | "none" | "host";
}
export interface EnvLayer {
  readonly kind: "env";
  readonly env: Readonly<Record<string, string>>;
}
export interface DockerfileLayer {
  readonly kind: "dockerfile";
  /** Raw Dockerfile lines. */
  readonly text: string;
}

export interface WorkspaceSpec {
  /** Absolute path of the workspace inside the container. */
  readonly target: string;
  /** Folders below the target that are volumes, `/`-separated, normalised. */
  readonly volumes: readonly string[];
  /** How the folder gets there; undefined: as it suits the engine. */
  readonly mode: WorkspaceMode | undefined;
  readonly sync: SyncSpec;
  readonly watch: readonly WatchSpec[];
  readonly protectConfig: boolean;
}

export type WorkspaceMode = "bind" | "sync" | "copy";

export interface SyncSpec {
  readonly direction: "two-way" | "to-container";
  /** In gitignore's syntax, in order; the word `gitignore` stands for what git ignores. */
  readonly ignore: readonly string[];
  readonly conflicts: "keep-both" | "wait";
}

/** What to do when files change. */
export interface WatchSpec {
  /** In gitignore's syntax. */
  readonly paths: readonly string[];
  readonly action: "restart" | "run" | "rebuild";
  /** Of `run`. */
  readonly command: string | undefined;
}

export interface PortSpec {
  readonly container: number;
  /** Port on 127.0.0.1 of the host that is wanted. */
  readonly host: number;
  /** No other port will do. */
  readonly required: boolean;
  readonly name: string | undefined;
}

export interface TaskSpec {
  readonly command: string;
  /** Relative to the workspace target, or absolute. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Tasks that run to success first, in this order. */
  readonly dependsOn: readonly string[];
}

export interface MountSpec {
  /** `environments.dev.mounts[0]`. */
  readonly key: string;
  readonly kind: "bind" | "volume";
  /** Absolute path on the host, or a volume's name. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A folder in a volume that all projects of a user share. */
export interface CacheSpec {
  readonly name: string;
  /** Absolute, or `~/` and a path below the home of the environment's user. */
  readonly target: string;
}

export interface HooksSpec {
  readonly create: HookSpec | undefined;
  readonly start: HookSpec | undefined;
}

export interface HookSpec {
  /** `environments.dev.hooks.create`. */
  readonly key: string;
  /** All at once, not one after another. */
  readonly parallel: boolean;
  readonly commands: readonly { readonly name: string | undefined; readonly command: string }[];
}

export interface SecretSpec {
  readonly name: string;
  /** `environments.dev.secrets.NPM_TOKEN`. */
  readonly key: string;
  readonly source: { readonly kind: "env" | "file" | "command"; readonly value: string };
  /** Also a variable of every command. */
  readonly asEnv: boolean;
}

export interface ResourcesSpec {
  readonly cpus: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
}

export interface DeviceSpec {
  readonly source: string;
  readonly target: string;
  /** Of `rwm`. */
  readonly permissions: string;
}
