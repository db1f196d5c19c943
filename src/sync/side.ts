/** One side of a sync: a folder, through calls that are checked, atomic and can run many at once. */
import { syncFolder } from "../host/sync-folder.ts";
import type { Path } from "./entry.ts";

/** What tells whether something was touched since: equal ones mean the same bytes and the same attributes. A whole number, opaque. */
export type Stamp = number;

export interface Stat {
  readonly kind: "file" | "folder" | "link" | "other";
  /** The nine permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  readonly stamp: Stamp;
  /** Tells folders apart that come to stand at the same path. */
  readonly inode: number;
  /** Written so lately that a further change might not show in the stamp. */
  readonly isFresh: boolean;
  /** Of a link. */
  readonly target?: string | undefined;
}

export interface Look {
  readonly stat: Stat;
  /** All that is in a file that is as it was looked at. */
  readonly content: Uint8Array | undefined;
}

export interface Listing {
  readonly folder: Stat;
  /** By name; an error's text for what cannot be looked at or whose name is not UTF-8. Whoever asked may change it. */
  readonly children: Map<string, Stat | string>;
}

/**
 * Calls on a path throw `SideError`. Where `expected` is given, the call is refused (`changed`) when anything
 * else stands at the path: undefined stands for nothing. No call follows a link, or leaves the root.
 */
export interface Side {
  readonly name: "host" | "container";
  /** The folder's content; it is watched from before it is read. Undefined when there is no folder. */
  list(path: Path): Promise<Listing | undefined>;
  stat(path: Path): Promise<Stat | undefined>;
  /** Where it is quicker than to ask twice: the same, with what is in a small file that is not as it is known. */
  look?(path: Path, known: Stamp | undefined): Promise<Look | undefined>;
  /** The whole content of a file as it was at one moment; throws `changed` when it did not stay the same while it was read. */
  read(path: Path, expected: Stamp): AsyncIterable<Uint8Array>;
  /**
   * The same of a small file that is as it was looked at, all of it at once, and without a wait where it is near. What comes
   * without a wait is in memory that the next such call uses again.
   */
  readSmall(path: Path, expected: Stat): Promise<Uint8Array> | Uint8Array;
  /**
   * Whole or not at all: written beside, renamed over. The content's length is `size`; it may throw, and nothing is changed.
   * That of a small file may change as soon as the call returned its promise.
   */
  write(path: Path, file: NewFile, content: AsyncIterable<Uint8Array> | Uint8Array): Promise<Stat>;
  makeFolder(path: Path, mode: number): Promise<Stat>;
  /** Where a side offers it: files of one folder that are as they were looked at, many at once; those that are not are missing. */
  collect?<File extends LookedFile>(path: Path, files: readonly File[]): AsyncIterable<Pack<File>>;
  /**
   * Where a side offers it: a new folder and the files in it come to stand there at the same moment. Gives what the folder
   * holds then, watched as by `list`; what could not be made is missing in it.
   */
  fill?(path: Path, mode: number, packs: AsyncIterable<Pack>): Promise<Listing>;
  makeLink(path: Path, target: string, expected: Stamp | undefined): Promise<Stat>;
  /** A file, a link, or an empty folder (whose stamp is not looked at). */
  remove(path: Path, expected: Stamp, kind: "file" | "folder" | "link"): Promise<void>;
  setMode(path: Path, mode: number): Promise<Stat>;
  /** Rename anything to a path where nothing stands. */
  move(from: Path, to: Path): Promise<void>;
  /** No longer watch a folder or anything below it. */
  forget(path: Path): void;
  /** Resolves when every change that was made before the call has been told to the listener. */
  barrier(): Promise<void>;
  /** Resolves when nothing stands under a temporary name any more. */
  tidy?(): Promise<void>;
  /** Resolves when all that was written before the call survives a crash of the machine. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface NewFile {
  readonly mode: number;
  readonly mtimeNs: bigint;
  /** Bytes. */
  readonly size: number;
  readonly expected: Stamp | undefined;
}

export interface LookedFile {
  readonly name: string;
  /** Of no more than `smallSize` bytes. */
  readonly stat: Stat;
}

export interface PackedFile<File extends LookedFile = LookedFile> {
  readonly looked: File;
  /** All that is in it. */
  readonly content: Uint8Array;
}

/** Files on their way from side to side. What they hold may change once the next pack is asked for, but where they are encoded. */
export interface Pack<File extends LookedFile = LookedFile> {
  readonly files: readonly PackedFile<File>[];
  /** All of them in the form that the agent gave, and takes; it stays as it is until it is released. */
  readonly encoded?: Uint8Array | undefined;
  /** Nobody looks at it any more. */
  release?(): void;
}

/** What a side tells without being asked. */
export interface SideListener {
  /** Paths whose state may have changed. */
  onChange(paths: readonly Path[]): void;
  /** Changes were lost: everything may have changed. */
  onOverflow(): void;
  /** Other paths are ignored than before: these are to be read anew, or everything. Whoever waits for the sides to be equal waits for that. */
  onReread?: ((paths?: readonly Path[]) => void) | undefined;
  /** Folders cannot be watched any more, with the command that mends it where there is one; scans must take over. */
  onUnwatched(reason: string, hint: string | undefined): void;
  /** Everything is watched again. */
  onWatched?: (() => void) | undefined;
  /** Whether nothing is lost with a content that was left aside: both sides agreed upon it, or it was on its way. */
  isKnown?: ((content: string) => boolean) | undefined;
  /** The side cannot be reached any more; no call succeeds after this. */
  onLost(reason: string): void;
}

/**
 * `changed`: something else stands there than expected, or it changed on the way. `missing`: the folder above is not
 * there. `busy`: somebody who has it open for writing would lose what is written. `problem`: the file system refused, with its
 * words (`EACCES: permission denied`). `lost`: the side cannot be reached.
 */
export type SideErrorKind = "changed" | "missing" | "busy" | "problem" | "lost";

export class SideError extends Error {
  readonly kind: SideErrorKind;

  constructor(kind: SideErrorKind, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
  }
}

/** Bytes: a file of so many that takes less than a sixteenth of them on the disk is not read, as it would take all of them elsewhere. */
export const sparseSize = 16_777_216;
export const sparseReason =
  "it is sparse, and would take all its size on the other side: put it into a volume, or into `ignore`";

export const nameReason = "its name is not UTF-8";

/** Bytes of a file that is carried as a whole: many of them are in memory at once. */
export const smallSize = 32 * 1024;

/** The folder at the root of either side for what is being written or was set aside: git ignores it, and it is never synced. */
export const temporaryFolder = syncFolder;
/** What the names in it begin with, and those that stand elsewhere since they cannot be moved from there. */
export const temporaryPrefix = `${temporaryFolder}.`;

/** Whether this is the name of what is never synced, wherever it stands. */
export function isTemporaryName(name: string): boolean {
  return (
    name.startsWith(temporaryFolder) && (name.length === temporaryFolder.length || name.startsWith(temporaryPrefix))
  );
}

/** Mode of one that is not complete: no other has it. */
export const incomplete = 0o200;
