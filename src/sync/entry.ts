/** What stands at a path, as both sides tell it. Values: never changed, shared between trees where they are equal. */

/** A whole tree is the `Folder` at its root. */
export type Entry = Folder | File | Link | Unreadable;

export interface Folder {
  readonly kind: "folder";
  /** The nine permission bits. */
  readonly mode: number;
  /** By name. */
  readonly children: ReadonlyMap<string, Entry>;
}

export interface File {
  readonly kind: "file";
  /** The nine permission bits. */
  readonly mode: number;
  /**
   * Equal ones mean equal bytes: the sha256 in base64, or, of a file that nobody read yet, a text that is
   * equal to itself alone and starts with `?`.
   */
  readonly content: string;
}

/** Of a file; or of a folder its mode, or files in it, by name. */
export type Part = Pick<File, "mode"> | Pick<File, "content"> | { readonly files: ReadonlyMap<string, File> };

export interface Link {
  readonly kind: "link";
  readonly target: string;
}

/** Something is there that cannot be read or carried: sockets, devices, closed files. It is left as it is, on both sides. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly reason: string;
}

/** Relative to the root, `/`-separated; the root itself is the empty string. */
export type Path = string;

export interface Change {
  readonly path: Path;
  /** What must stand there for the change to be right. */
  readonly before: Entry | undefined;
  /** A whole subtree; undefined: nothing. */
  readonly after: Entry | undefined;
}

/** Both sides changed a path, each in its own way. */
export interface Conflict {
  readonly path: Path;
  readonly ancestor: Entry | undefined;
  readonly host: Entry | undefined;
  readonly container: Entry | undefined;
}
