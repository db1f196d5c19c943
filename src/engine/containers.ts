/** Containers of an engine. */
import type { Readable, Writable } from "node:stream";
import type { LabelSelection } from "./labels.ts";

export interface EngineContainers {
  /** All containers, running or not, that carry every one of these labels. One call. */
  list(labels: LabelSelection): Promise<readonly ContainerInfo[]>;
  /** Whether a container has this name or id, whoever made it. */
  exists(name: string): Promise<boolean>;
  /** Throws CONTAINER_NAME_TAKEN, IMAGE_NOT_FOUND. */
  create(request: ContainerRequest): Promise<CreatedContainer>;
  /** Throws CONTAINER_NAME_TAKEN. */
  rename(id: string, name: string): Promise<void>;
  /** Stop its processes where they are; one that is paused already, or on an engine that cannot, gives false. */
  pause(id: string): Promise<boolean>;
  /** One that is not paused is no error. */
  unpause(id: string): Promise<void>;
  /** Throws PORT_IN_USE when a port cannot be bound. */
  start(id: string): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace time; a container that is gone or stopped already is no error. */
  stop(id: string, graceSeconds: number): Promise<void>;
  /** Kill, remove with its anonymous volumes; one that is gone is no error. */
  remove(id: string): Promise<void>;
  /** How it ended; undefined while it runs, paused or not. */
  ended(id: string): Promise<ContainerEnd | undefined>;
  /** Throws CONTAINER_NOT_RUNNING. */
  exec(id: string, request: ExecRequest): Promise<ExecProcess>;
  /** A file's content, a link followed; undefined when it is not there. */
  readFile(id: string, path: string): Promise<Buffer | undefined>;
  /** Write files and folders, running or not, after a tree; folders that are there get the owner and the mode. One call. */
  writeFiles(id: string, files: readonly ContainerFile[], tree?: OwnedTree): Promise<void>;
  /** Unpack a tar into a folder that exists, running or not; throws what the stream breaks with. */
  unpack(id: string, folder: string, tar: Readable): Promise<void>;
  /** A file or folder as a tar whose entries start with its last name; undefined when it is not there. */
  pack(id: string, path: string): Promise<Readable | undefined>;
  /** Who owns a folder; undefined when it is not there. */
  ownerOf(id: string, folder: string): Promise<FolderOwner | undefined>;
  /** Give all in a folder that belongs to `from` another owner, not the folder itself; one that is not there is no error. */
  changeOwner(id: string, folder: string, owners: { readonly from: Owner; readonly to: Owner }): Promise<void>;
  /** What was added or changed in the writable layer, folders included. */
  changes(id: string): Promise<readonly LayerChange[]>;
  /** Make an image of the writable layer on top of the container's image, with that image's config: none of the container's own. */
  commit(id: string, options: CommitOptions): Promise<void>;
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
  /** What the image's HEALTHCHECK says while it runs; undefined without one. */
  readonly health?: "starting" | "healthy" | "unhealthy" | undefined;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Names of the volumes that are mounted in it, if any are. */
  readonly volumes?: readonly string[] | undefined;
}

/** What became of a container that does not run. */
export interface ContainerEnd {
  /** `gone`: it was removed. */
  readonly state: string;
  readonly exitCode: number;
  /** A process of it was ended for lack of memory; engines do not always know. */
  readonly isOutOfMemory: boolean;
  /** When it was started last, in seconds since the epoch; what it printed first may be older by a moment. */
  readonly started?: number | undefined;
  /** Why the engine could not start it, in its own words. */
  readonly reason?: string | undefined;
}

export interface ContainerRequest {
  readonly name: string;
  readonly image: string;
  readonly platform?: string | undefined;
  readonly command: readonly string[];
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  /** Absolute folders in memory. */
  readonly tmpfs?: readonly { readonly target: string; readonly mode: number }[] | undefined;
  /** Bound to 127.0.0.1. */
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly user?: string | undefined;
  readonly limits?: ContainerLimits | undefined;
  readonly devices?: readonly ContainerDevice[] | undefined;
  /** Without `CAP_`. */
  readonly capAdd?: readonly string[] | undefined;
  /** `NAME=VALUE`; without `no-new-privileges=false` nothing inside gains privileges. */
  readonly securityOpt?: readonly string[] | undefined;
  readonly gpus?: "all" | number | readonly string[] | undefined;
}

export interface ContainerMount {
  readonly kind: "bind" | "volume";
  /** Absolute path on the engine's host, or a volume's name: one that is not there is made; empty: a volume that goes with the container. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Of a volume that is made. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface ContainerLimits {
  readonly cpus: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
}

export interface ContainerDevice {
  readonly source: string;
  readonly target: string;
  /** Of `rwm`. */
  readonly permissions: string;
}

export interface CreatedContainer {
  readonly id: string;
  /** What the engine could not do, in its own words: limits on a kernel without them. */
  readonly warnings: readonly string[];
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface ContainerFile extends Owner {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  /** Undefined: a folder. */
  readonly content?: Uint8Array | undefined;
}

export interface LayerChange {
  /** Absolute. */
  readonly path: string;
  /** Not in the image: nor is anything below it. */
  readonly isNew: boolean;
}

export interface FolderOwner extends Owner {
  readonly isEmpty: boolean;
}

/** A folder and what is in it, of which all that belongs to `from` is written as that of `to`. */
export interface OwnedTree {
  /** Its entries start with the folder's last name. */
  readonly tar: Readable | Buffer;
  /** Absolute folder that it is written to. */
  readonly parent: string;
  readonly from: Owner;
  readonly to: Owner;
  /** Absolute paths that are left alone, with all below them. */
  readonly skip: readonly string[];
  /** Leave the folder itself alone; else it becomes that of `to`, whoever owns it. */
  readonly omitTop?: boolean | undefined;
}

export interface CommitOptions {
  /** Repository and tag. */
  readonly tag: string;
  /** Over those of the container's image. */
  readonly labels: Readonly<Record<string, string>>;
  /** Paused while it is taken. */
  readonly pause: boolean;
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
  /** Only what was printed from then on: seconds since the epoch. */
  readonly since?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LogStream {
  readonly stdout: Readable;
  readonly stderr: Readable;
}
