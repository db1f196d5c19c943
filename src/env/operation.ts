/** What every operation on environments takes, reports and returns. */

import type { BuildEvent, Engine, TransferProgress } from "../engine/engine.ts";
import type { SourcePlace } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { Redaction } from "../host/redact.ts";
import type { Spec } from "../spec/spec.ts";
import type { SyncProgress, SyncStanding, WorkspaceSync } from "./workspace-sync.ts";

/** What of a project is known without running its config. */
export interface KnownSpec {
  /** In parentheses where there is nothing to tell it by. */
  readonly project: string;
  /** Absolute real path of the workspace. */
  readonly root: string;
  readonly environments: readonly { readonly name: string }[];
}

/** What an operation works on that needs no config; `signal` aborts it, and nothing half-made is left. */
export interface KnownContext {
  readonly host: Host;
  readonly engine: Engine;
  readonly spec: KnownSpec;
  /** Undefined where nothing is kept in step: in containers of `devenv ci`. */
  readonly sync?: WorkspaceSync | undefined;
  /** Where a config key stands in the user's files: `environments.dev.image.layers[1]`. */
  locate(key: string): Promise<SourcePlace | undefined>;
  report(event: ProgressEvent): void;
  /** Takes the secrets that are opened; undefined where nothing of an operation is shown to anybody. */
  readonly redaction?: Redaction | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Everything that an operation works on. */
export interface OperationContext extends KnownContext {
  readonly spec: Spec;
}

export type StepName =
  | "lock"
  | "base"
  | "resolve"
  | "download"
  | "image"
  | "container"
  | "git"
  | "workspace"
  | "sync"
  | "dotfiles"
  | "hook"
  | "task"
  | "snapshot"
  | "content";

/** A step belongs to one environment; its steps run one after another, and one name may come once only. */
export type ProgressEvent =
  | { readonly kind: "step-started"; readonly environment: string; readonly step: StepName; readonly text: string }
  | {
      readonly kind: "step-finished";
      readonly environment: string;
      readonly step: StepName;
      readonly text: string;
      readonly durationMs: number;
    }
  | { readonly kind: "step-failed"; readonly environment: string; readonly step: StepName; readonly durationMs: number }
  | { readonly kind: "build"; readonly environment: string; readonly step: StepName; readonly event: BuildEvent }
  | {
      readonly kind: "transfer";
      readonly environment: string;
      readonly step: StepName;
      readonly progress: TransferProgress;
    }
  | {
      readonly kind: "sync";
      readonly environment: string;
      readonly step: StepName;
      readonly progress: SyncProgress;
    }
  /** A line that a command inside printed; `source` tells one of several that run at once. */
  | {
      readonly kind: "output";
      readonly environment: string;
      readonly step: StepName;
      readonly source?: string | undefined;
      readonly line: string;
    }
  | { readonly kind: "warning"; readonly environment?: string | undefined; readonly text: string };

/** One environment as `up --json` prints it. */
export interface EnvironmentResult {
  readonly name: string;
  readonly container: string;
  readonly image: string;
  readonly fingerprint: string;
  readonly state: string;
  /** `none` when the image has no health check, or the container does not run. */
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  readonly action: "kept" | "created" | "recreated" | "started";
  readonly reasons: readonly string[];
  readonly ports: readonly { readonly container: number; readonly host: number }[];
}

/** One environment as `status --json` prints it; `stale` says why the next `up` will change it, empty when it will not. */
export interface EnvironmentStatus extends Omit<EnvironmentResult, "action" | "reasons"> {
  readonly stale: readonly string[];
  /** What the next `up` does with it; `unknown` where the config does not tell. */
  readonly next: "keep" | "create" | "recreate" | "start" | "restart" | "finish" | "apply" | "unknown";
  /** The snapshot that the container was made from. */
  readonly snapshot?: string | undefined;
  /** Of a container whose workspace is to be kept in step, or whose files are to be watched. */
  readonly sync?: SyncStanding | undefined;
}

/** A container of an environment that the config no longer has. */
export interface LeftoverStatus {
  readonly environment: string;
  readonly container: string;
  readonly state: string;
}

export interface UpResult {
  readonly project: string;
  readonly environments: readonly EnvironmentResult[];
  readonly services: readonly never[];
}

export interface StatusResult {
  readonly project: string;
  readonly environments: readonly EnvironmentStatus[];
  readonly services: readonly never[];
  readonly leftovers: readonly LeftoverStatus[];
  /** Why the config does not tell, and labels alone do; absent where it does. */
  readonly unread?: string | undefined;
}

/** What `stop`, `start` and `restart` changed. */
export interface LifecycleResult {
  readonly project: string;
  readonly containers: readonly { readonly name: string; readonly container: string }[];
}

export interface DownResult {
  readonly project: string;
  /** Names of the containers that were removed. */
  readonly removed: readonly string[];
  /** Names of the volumes that were removed. */
  readonly volumes: readonly string[];
}

export interface BuildResult {
  readonly project: string;
  readonly environments: readonly {
    readonly name: string;
    readonly image: string;
    readonly fingerprint: string;
    readonly action: "reused" | "built";
    /** With `--output`. */
    readonly archive?: ImageArchive;
  }[];
}

/** An image in a file, in canonical form. */
export interface ImageArchive {
  /** Absolute path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** `sha256:…` of the image's manifest: it stands for all that the image holds. */
  readonly digest: string;
  /** `sha256:…` of its config: what Docker calls the image where it is loaded. */
  readonly config: string;
}
