/** The container engine, in our own words. `engine/docker` implements it; nothing else knows dockerode. */
import type { Readable, Writable } from "node:stream";
import type { ContextEntry } from "../plan/plan.ts";

export interface Engine {
  /** Where it listens: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** One call; throws ENGINE_UNREACHABLE or ENGINE_FORBIDDEN. */
  info(): Promise<EngineInfo>;
  readonly images: EngineImages;
  readonly containers: EngineContainers;
}

export interface EngineInfo {
  readonly product: "docker" | "podman";
  readonly version: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** Image store: the driver's name, `overlay2`; `containerd` when images live in containerd's store. */
  readonly store: string;
  readonly rootless: boolean;
  /** Builds take a BuildKit session: build secrets and file sync. */
  readonly buildkit: boolean;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  /** Folder of the engine's data on its own host. */
  readonly dataRoot: string;
}

export interface EngineImages {
  /** Undefined when the engine does not have it. */
  inspect(reference: string): Promise<ImageInfo | undefined>;
  /** Pull from a registry; throws IMAGE_NOT_FOUND, REGISTRY_DENIED. */
  pull(reference: string, options: PullOptions): Promise<void>;
  tag(source: string, target: string): Promise<void>;
  /** Make a one-layer image of a root file system tar. */
  import(tar: Readable, options: ImportOptions): Promise<void>;
  /** Build and tag an image; throws IMAGE_BUILD_FAILED with a `BuildFailure` as details. */
  build(request: BuildRequest): Promise<void>;
  remove(reference: string): Promise<void>;
  list(labels: Readonly<Record<string, string>>): Promise<readonly ImageInfo[]>;
}

export interface ImageInfo {
  readonly id: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes, as the engine counts them. */
  readonly size: number;
  /** diff_ids of the layers, base first; empty in listings. */
  readonly layers: readonly string[];
  /** Empty in listings. */
  readonly platform: string;
}

export interface PullOptions {
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: TransferProgress): void;
}

/** Bytes over all layers seen so far. */
export interface TransferProgress {
  readonly current: number;
  readonly total: number;
}

export interface ImportOptions {
  /** Repository and tag. */
  readonly tag: string;
  readonly platform: string;
  /** Their values hold no `"`, `$` and backslash: engines differ in what they make of these. */
  readonly labels: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface BuildRequest {
  readonly dockerfile: string;
  readonly context: readonly ContextEntry[];
  readonly tag: string;
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Stable identity of the context: lets BuildKit send only what changed between builds of one environment. */
  readonly contextKey: string;
  /** Build secrets by id; their content never enters a layer or the build cache. */
  readonly secrets: Readonly<Record<string, Uint8Array>>;
  /** Predefined arguments that no image records: the proxy variables. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly noCache?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  onEvent(event: BuildEvent): void;
}

/** Progress of a build, decoded; `step` identifies one step throughout the build. */
export type BuildEvent =
  | { readonly kind: "step-started"; readonly step: string; readonly name: string; readonly number?: StepNumber }
  | {
      readonly kind: "step-finished";
      readonly step: string;
      readonly name: string;
      readonly number?: StepNumber;
      readonly cached: boolean;
      readonly durationMs: number;
      readonly error?: string;
    }
  | { readonly kind: "log"; readonly step: string; readonly stream: "stdout" | "stderr"; readonly text: string }
  | {
      readonly kind: "transfer";
      readonly step: string;
      readonly id: string;
      readonly current: number;
      readonly total: number;
    }
  | { readonly kind: "warning"; readonly text: string };

/** Place of a step in its stage, both 1-based; counts the instructions that make a layer or set the base. */
export interface StepNumber {
  readonly index: number;
  readonly total: number;
}

/** Why a build failed: details of IMAGE_BUILD_FAILED. */
export interface BuildFailure {
  readonly [key: string]: unknown;
  readonly tag: string;
  /** The engine's own words. */
  readonly reason: string;
  /** The failing step's instruction, when one failed. */
  readonly step?: string | undefined;
  readonly number?: StepNumber | undefined;
  /** Last lines that the step printed, oldest first, at most 30. */
  readonly output: readonly string[];
}

export interface EngineContainers {
  /** All containers, running or not, that carry every one of these labels. One call. */
  list(labels: Readonly<Record<string, string>>): Promise<readonly ContainerInfo[]>;
  /** Its id; throws CONTAINER_NAME_TAKEN, IMAGE_NOT_FOUND. */
  create(request: ContainerRequest): Promise<string>;
  /** Throws PORT_IN_USE when a port cannot be bound. */
  start(id: string): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace time; a container that is gone or stopped already is no error. */
  stop(id: string, graceSeconds: number): Promise<void>;
  /** Kill, remove with its anonymous volumes; one that is gone is no error. */
  remove(id: string): Promise<void>;
  /** Throws CONTAINER_NOT_RUNNING. */
  exec(id: string, request: ExecRequest): Promise<ExecProcess>;
  /** An abort ends the streams. */
  logs(id: string, options: LogOptions): Promise<LogStream>;
}

export interface ContainerInfo {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  /** Seconds since the epoch. */
  readonly created: number;
}

export interface ContainerRequest {
  readonly name: string;
  readonly image: string;
  readonly platform?: string | undefined;
  readonly command: readonly string[];
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
  /** Bound to 127.0.0.1. */
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly user?: string | undefined;
}

export interface ExecRequest {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  /** A terminal: one stream, no stderr; its size at the start. */
  readonly tty?: { readonly columns: number; readonly rows: number } | undefined;
}

export interface ExecProcess {
  /** Ending it closes the command's stdin; what a command that ended no longer takes is dropped. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Ends at once when there is a terminal. */
  readonly stderr: Readable;
  resize(columns: number, rows: number): Promise<void>;
  /** The command's exit code, once its output has ended. */
  exitCode(): Promise<number>;
}

export interface LogOptions {
  readonly follow: boolean;
  /** Lines from the end; undefined: all. */
  readonly tail?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LogStream {
  readonly stdout: Readable;
  readonly stderr: Readable;
}
