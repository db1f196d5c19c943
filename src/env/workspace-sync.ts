/** What operations ask of the sync. */
import type { Owner } from "../engine/containers.ts";
import type { VolumeInfo } from "../engine/volumes.ts";
import type { StartPlan, Workspace } from "../plan/plan.ts";
import type { PruneState } from "../plan/prune-input.ts";

/** Keeps workspaces that are not mounted in step with the host's folder. What does so stands beside this folder. */
export interface WorkspaceSync {
  /** Why the process that keeps it in step does so otherwise than is wanted, in the user's words; undefined when there is none. */
  changesOf(workspace: Workspace, environment: StartPlan): Promise<readonly string[] | undefined>;
  /** How it stands with each environment that is kept in step; quick, and starts nothing. */
  standings(workspace: Workspace, wanted: readonly StartPlan[]): Promise<ReadonlyMap<string, SyncStanding>>;
  /**
   * See to it that a workspace is kept in step from now on, or, of mode `copy`, that it was copied once, and that
   * what is to be done when files change is done; resolves when the container has all that the host had at the call. Throws SYNC_HALTED, SYNC_FAILED.
   */
  start(target: SyncTarget): Promise<void>;
  /** Names of the images that hold what works inside, as this version of devenv makes them. */
  images(): Promise<readonly string[]>;
  /** What this machine knows of workspaces of the project that are or were synced to this engine. */
  states(): Promise<readonly PruneState[]>;
  /** Forget a folder or a journal of these; false, and nothing done, while a process needs it. */
  removeState(path: string): Promise<boolean>;
  /**
   * Bring what a volume of a workspace holds to the host, as far as that can be done, and tell what of it the host does not have
   * then. Where the sync is paused or halted, or the workspace is gone, nothing is brought over.
   */
  unsaved(volume: HeldVolume): Promise<Unsaved>;
  /** End it, once the host has all that the container has; environments that are not synced are no error. */
  stop(workspace: Pick<Workspace, "id" | "root">, environments: readonly string[]): Promise<void>;
}

export interface HeldVolume {
  readonly workspace: Workspace;
  readonly environment: string;
  readonly volume: VolumeInfo;
  /** There is no such workspace any more. */
  readonly isGone: boolean;
  /** No container is to have it from now on: what was told of it once counts until one has it again. */
  readonly isLeft: boolean;
}

export interface Unsaved {
  /** Some of them. */
  readonly paths: readonly string[];
  readonly count: number;
  /** How the sync stands: `paused`, `halted`, `idle`. */
  readonly state: string;
  /** What is made inside is not brought to the host by intent. */
  readonly isOneWay: boolean;
  /** Why it cannot be told. */
  readonly reason?: string | undefined;
}

/** How a workspace is kept in step. */
export interface SyncStanding {
  /** `off`: nothing does so. `silent`: what should do so gives no answer. `watching`: it is mounted, its files are watched. */
  readonly state:
    | "off"
    | "silent"
    | "connecting"
    | "reading"
    | "syncing"
    | "in-step"
    | "paused"
    | "halted"
    | "watching";
  /** Why it is done otherwise than is wanted by now, in the user's words; what `up` applies. */
  readonly changes: readonly string[];
  /** Why it is halted, or cannot connect. */
  readonly reason?: string | undefined;
  /** Of what both sides agree upon. */
  readonly files: number;
  /** That are being brought over. */
  readonly filesLeft: number;
  /** Paths that both sides changed, and that wait for an answer. */
  readonly conflicts: number;
  /** Files that were kept beside the one that won. */
  readonly copies: number;
  /** What could not be read or written. */
  readonly problems: number;
  /** Of sides that are scanned because they cannot be watched: why, and the command that mends it. */
  readonly slow: readonly string[];
}

export interface SyncTarget {
  readonly workspace: Workspace;
  readonly environment: StartPlan;
  /** Undefined where the workspace is mounted: its files are watched only. */
  readonly synced:
    | { readonly volume: VolumeInfo /** Whose the files are inside. */; readonly owner: Owner }
    | undefined;
  onProgress(progress: SyncProgress): void;
  onWarning(text: string): void;
}

export interface SyncProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytesDone: number;
  readonly bytesPerSecond: number;
}
