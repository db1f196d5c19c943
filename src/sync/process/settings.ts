/** What a process was started with, so that it is seen when something else is wanted. Pure. */
import { digestOf } from "../../digest.ts";
import type { KeptEnvironment, SyncedEnvironment } from "./record.ts";

/** A short text a setting, under the name that the user knows it by; equal ones mean the same. */
export type Settings = Readonly<Record<string, string>>;

/** What is known without asking the engine; all else goes with the volume. */
export interface Wanted extends Omit<KeptEnvironment, "sync"> {
  readonly sync: Pick<SyncedEnvironment, "container" | "platform" | "direction" | "conflicts"> | undefined;
}

export function settingsOf({ exclude, ignore, watch, config = [], protectConfig = false, sync }: Wanted): Settings {
  return {
    "workspace.volumes": short(exclude),
    "workspace.ignore": short(ignore),
    "workspace.watch": short(watch),
    "workspace.mode": sync === undefined ? "bind" : "sync",
    ...(sync === undefined
      ? {}
      : {
          "workspace.direction": sync.direction,
          "workspace.protectConfig": String(protectConfig),
          "the files of the config": short(config),
          "workspace.conflicts": sync.conflicts,
          "the container": sync.container,
          "the platform": sync.platform,
        }),
  };
}

function short(value: unknown): string {
  return digestOf(value).slice(0, 12);
}

/** What the whole process runs with. */
export interface Circumstances {
  /** Of devenv's program: another text when it is another version. */
  readonly program: string;
  /** Address of the engine. */
  readonly engine: string;
}
