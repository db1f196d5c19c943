/** The container engine, in our own words. `engine/docker` implements it; nothing else knows dockerode. */
import type { Readable } from "node:stream";
import type { ContextEntry } from "../plan/plan.ts";
import type { EngineContainers } from "./containers.ts";
import type { LabelSelection } from "./labels.ts";
import type { EngineVolumes } from "./volumes.ts";

export interface Engine {
  /** Where it listens: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** One call; throws ENGINE_UNREACHABLE or ENGINE_FORBIDDEN. */
  info(): Promise<EngineInfo>;
  readonly images: EngineImages;
  readonly containers: EngineContainers;
  readonly volumes: EngineVolumes;
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
  /** A step of a build may choose its network: `RUN --network=none`. */
  readonly runNetwork: boolean;
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
  /**
   * The whole image as a tar, while the engine makes it: in Docker's own layout or that of OCI. A failure
   * of the engine on the way ends it early.
   */
  save(reference: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Readable>;
  /** Remove a name, and the image with its last one; one that is gone is no error. Throws IMAGE_IN_USE. */
  remove(reference: string): Promise<void>;
  list(labels: LabelSelection): Promise<readonly ImageInfo[]>;
}

export interface ImageInfo {
  readonly id: string;
  readonly tags: readonly string[];
  /** `repository@sha256:…` in registries that it came from or went to; engines with containerd's store and Podman have some for every image. */
  readonly digests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes, as the engine counts them. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The user that its containers run as: a name, an id, `user:group`; empty for root, and in listings. */
  readonly user: string;
  /** Variables that its containers have; empty in listings. */
  readonly env: Readonly<Record<string, string>>;
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
