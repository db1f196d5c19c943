/** Layer functions: each gives one group of Dockerfile instructions, in the order written. Plain data. */

export type Layer = AptLayer | ApkLayer | ArchiveLayer | CopyLayer | RunLayer | EnvLayer | DockerfileLayer;

/** Layers that belong together: what a preset gives. */
export type LayerGroup = readonly Layer[];

/** One value, or one for each platform: `{ "linux/amd64": …, "linux/arm64": … }`. */
export type PerPlatform = string | Record<string, string>;

export interface AptLayer {
  kind: "apt";
  packages: string[];
}
export interface ApkLayer {
  kind: "apk";
  packages: string[];
}
export interface ArchiveOptions {
  /** `http(s):` address of a tar (gzip, xz, bzip2, zstd) or zip, or `npm:NAME@VERSION`. */
  url: PerPlatform;
  /** Absolute folder in the image. */
  to: string;
  /** Hex sha256 of the download. */
  sha256?: PerPlatform;
  /** Leading path components to drop; 0 by default. */
  strip?: number;
}
export interface ArchiveLayer extends ArchiveOptions {
  kind: "archive";
}
export interface CopyOptions {
  /** `user`, `user:group` or numbers; root by default. */
  owner?: string;
  /** Octal permission bits, `0755`; as in the project by default. */
  mode?: string;
}
export interface CopyLayer extends CopyOptions {
  kind: "copy";
  from: string | string[];
  to: string;
}
export interface RunOptions {
  /** Folders kept between builds and left out of the image. */
  cache?: string[];
  /** Names of declared `secrets`: files `/run/secrets/NAME` for this command alone, variables too where they are declared so. */
  secrets?: string[];
  /** Variables for this command alone. */
  env?: Record<string, string>;
  workdir?: string;
  /** `none` and `host` need an engine of Docker 23 or newer, or Podman. */
  network?: "default" | "none" | "host";
}
export interface RunLayer extends RunOptions {
  kind: "run";
  command: string | string[];
}
export interface EnvLayer {
  kind: "env";
  env: Record<string, string>;
}
export interface DockerfileLayer {
  kind: "dockerfile";
  text: string;
}

/** Install Debian or Ubuntu packages, without recommended ones: `apt("git", "curl=7.*")`. */
export function apt(...packages: string[]): AptLayer {
  return { kind: "apt", packages };
}

/** Install Alpine packages. */
export function apk(...packages: string[]): ApkLayer {
  return { kind: "apk", packages };
}

/** Download an archive on the host, check and keep it, and unpack it into the image. */
export function archive(options: ArchiveOptions): ArchiveLayer {
  return { kind: "archive", ...options };
}

/** Copy files of the project into the image; as Dockerfile's COPY, a folder gives its content. */
export function copy(from: string | string[], to: string, options: CopyOptions = {}): CopyLayer {
  return { kind: "copy", from, to, ...options };
}

/** Run a command while the image is built; a list is joined by `&&`. */
export function run(command: string | string[], options: RunOptions = {}): RunLayer {
  return { kind: "run", command, ...options };
}

/** Set variables in the image. */
export function env(variables: Record<string, string>): EnvLayer {
  return { kind: "env", env: variables };
}

/** Raw Dockerfile lines, the way out. */
export function dockerfile(text: string): DockerfileLayer {
  return { kind: "dockerfile", text };
}
