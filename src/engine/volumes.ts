/** Volumes of an engine. */
import type { LabelSelection } from "./labels.ts";

export interface EngineVolumes {
  /** One call. */
  list(labels: LabelSelection): Promise<readonly VolumeInfo[]>;
  /** One of that name that is there is kept as it is; gives the labels that it has. */
  create(name: string, labels: Readonly<Record<string, string>>): Promise<VolumeInfo["labels"]>;
  /** One that is gone is no error; throws VOLUME_IN_USE. */
  remove(name: string): Promise<void>;
  /** Bytes by name, for the volumes whose size the engine knows. Slow: it measures them. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}

export interface VolumeInfo {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch; 0 where the engine does not say. */
  readonly created: number;
}
