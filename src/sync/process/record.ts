/** What is to be kept in step, written by the commands and read by the process that does so. */
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { errnoOf } from "../../host/reason.ts";

export interface SyncRecord extends RecordHead {
  readonly version: 1;
  readonly environments: Readonly<Record<string, KeptEnvironment>>;
}

/** The workspace that it is about. */
export interface RecordHead {
  readonly project: string;
  /** Absolute real path of the workspace on the host. */
  readonly root: string;
  /** Id of the workspace. */
  readonly workspace: string;
  /** Identity of its folder. */
  readonly folder: string;
}

/** What of an environment the process sees to. */
export interface KeptEnvironment {
  /** Folders, relative to the workspace, that are the container's own. */
  readonly exclude: readonly string[];
  /** In gitignore's syntax, in order; the word `gitignore` stands for what git ignores. */
  readonly ignore: readonly string[];
  readonly watch: readonly WatchAction[];
  /** Undefined where the workspace is mounted. */
  readonly sync: SyncedEnvironment | undefined;
}

export interface WatchAction {
  /** In gitignore's syntax. */
  readonly paths: readonly string[];
  readonly action: "restart" | "run" | "rebuild";
  /** Of `run`. */
  readonly command?: string | undefined;
}

export interface SyncedEnvironment {
  /** Of the environment's container: `shop-dev-1a2b3c4d`. */
  readonly container: string;
  /** Name of the volume that holds the workspace. */
  readonly volume: string;
  /** Identity of that volume. */
  readonly volumeId: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** Whose the files are inside. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly direction: "two-way" | "to-container";
  readonly conflicts: "keep-both" | "wait";
}

const version = 1;

/** Undefined when nothing was ever synced, and when another version of devenv wrote it. */
export async function readRecord(file: string): Promise<SyncRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(file, "utf8")) as SyncRecord;
    return record.version === version ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Returns whether anything changed. */
export function writeRecord(file: string, record: SyncRecord): Promise<boolean> {
  return writeFileAtomic(file, `${JSON.stringify(record, undefined, 2)}\n`, 0o600);
}
