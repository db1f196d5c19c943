/** What is known of a project in the engine, and what of it is to go. */
import type { ObservedContainer } from "./diff.ts";
import type { Labels } from "./labels.ts";
import type { Workspace } from "./plan.ts";

export type PrunedKind = "container" | "volume" | "image" | "snapshot" | "sync";

export interface PrunedItem {
  readonly kind: PrunedKind;
  /** What the engine knows it by. */
  readonly reference: string;
  /** For people. */
  readonly name: string;
  /** Bytes; undefined where the engine does not tell, and for a name of an image that stays under another one. */
  readonly size: number | undefined;
  /** Seconds since the epoch; 0 where the engine does not tell. */
  readonly created: number;
  readonly reason: string;
}

export interface PruneContainer extends ObservedContainer {
  readonly image: string;
}

interface PruneImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly labels: Labels;
  readonly size: number;
  readonly created: number;
}

interface PruneVolume {
  readonly name: string;
  readonly labels: Labels;
  readonly created: number;
}

/** What this machine knows of the sync of a workspace of the project. */
export interface PruneState {
  /** Absolute path of the folder that it is in. */
  readonly folder: string;
  /** Of the workspace. */
  readonly root: string;
  /** Of the workspace's folder. */
  readonly identity: string;
  /** The workspace does not exist any more. */
  readonly isGone: boolean;
  readonly isRunning: boolean;
  /** Ids of the volumes that are kept in step. */
  readonly kept: readonly string[];
  readonly journals: readonly {
    readonly file: string;
    /** Id of a volume. */
    readonly volume: string;
    /** It is a volume of this engine. */
    readonly isHere: boolean;
    readonly size: number;
  }[];
  readonly size: number;
  /** Seconds since the epoch. */
  readonly changed: number;
}

interface PruneEnvironment {
  readonly name: string;
  readonly image: { readonly tag: string; readonly baseTag?: string };
}

export interface PruneInput {
  readonly project: string;
  readonly workspace: Workspace;
  /** Of the config, with the images that they have now; undefined where that is not known: then what one of them could need stays. */
  readonly environments: readonly PruneEnvironment[] | undefined;
  /** Ids of the project. */
  readonly known: ReadonlySet<string>;
  /** Those of the project. */
  readonly containers: readonly PruneContainer[];
  readonly volumes: readonly PruneVolume[];
  /** Those of other projects. */
  readonly otherVolumes: readonly PruneVolume[];
  /** Of all projects, and of none. */
  readonly images: readonly PruneImage[];
  /** Images that hold the agent of the sync. */
  readonly agents: readonly PruneImage[];
  /** Those that this version of devenv makes, by name. */
  readonly ownAgents: readonly string[];
  readonly states: readonly PruneState[];
  /** Images by name or id that containers of other projects, or of none, were made from. */
  readonly otherImages: ReadonlySet<string>;
  /** Folders of workspaces that do not exist any more. */
  readonly gone: ReadonlySet<string>;
  /** Of containers of `devenv ci`, by id. */
  readonly ciRuns: ReadonlyMap<string, "running" | "ended" | "unknown">;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Seconds that what is removed must have existed for. */
  readonly olderThan: number | undefined;
  /** Snapshots too. */
  readonly snapshots: boolean;
}
