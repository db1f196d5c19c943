/** What is to be kept in step, written by the commands and read by the process that does so. */
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { errnoOf } from "../../host/reason.ts";

export interface SyncRecord extends RecordHead {
  readonly version: 1;
  readonly environments: Readonly<Record<string, KeptEnvironment>>;
  /** What was kept in step before, or copied, so that it is known how to bring to the host what is in a volume still. */
  readonly former?: Readonly<Record<string, FormerEnvironment>> | undefined;
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
  /** Files of the config, relative to the workspace; absent in what an earlier version wrote. */
  readonly config?: readonly string[] | undefined;
  /** What comes from inside does not change them. */
  readonly protectConfig?: boolean | undefined;
  /** Undefined where the workspace is mounted. */
  readonly sync: SyncedEnvironment | undefined;
}

export interface FormerEnvironment extends KeptEnvironment {
  /** The host has all that was in its volume, and the volume is in no container since. */
  readonly isFinished?: boolean | undefined;
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

/** How a volume was kept in step last, by its id. */
export function knownEnvironment(record: SyncRecord | undefined, volumeId: string): FormerEnvironment | undefined {
  const { environments = {}, former = {} } = record ?? {};
  return [...Object.values(environments), ...Object.values(former)].find(({ sync }) => sync?.volumeId === volumeId);
}

/** What is known of the past once these are no longer kept in step, or, where it is given, in step as this one from now on. */
export function formerWith(
  record: SyncRecord | undefined,
  names: readonly string[],
  now?: KeptEnvironment,
): SyncRecord["former"] {
  const { environments = {}, former = {} } = record ?? {};
  const ended = names.flatMap((name) => {
    const environment = environments[name] ?? former[name];
    const isOver = environment?.sync !== undefined && environment.sync.volumeId !== now?.sync?.volumeId;
    return isOver ? [[name, environment] as const] : [];
  });
  const rest = Object.entries(former).filter(([name]) => !names.includes(name));
  return Object.fromEntries([...rest, ...ended]);
}
