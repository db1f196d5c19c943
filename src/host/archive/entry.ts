/** What an archive holds, whatever its format. */
export interface ArchiveEntry {
  /** As written in the archive. */
  readonly name: string;
  readonly kind: "file" | "folder" | "link" | "hard-link";
  readonly isExecutable: boolean;
  /** Of a link as written; of a hard link the name of another entry. */
  readonly target?: string | undefined;
  /** Of a file; to be read to its end before the next entry is asked for. */
  readonly content?: AsyncIterable<Uint8Array> | undefined;
}

/** A reason not to unpack an archive, found in one of its entries. */
export class UnsafeEntry extends Error {
  override readonly name = "UnsafeEntry";
  readonly entry: string;

  constructor(entry: string, reason: string) {
    super(reason);
    this.entry = entry;
  }
}

/**
 * Names of the folders on the way to an entry and its own; throws UnsafeEntry for a name that leaves
 * the archive, a plain error for one that is not UTF-8.
 */
export function namesOf(entry: string): readonly string[] {
  if (entry.startsWith("/")) throw new UnsafeEntry(entry, "has an absolute name");
  if (entry.includes("\0")) throw new UnsafeEntry(entry, "has a name with a null byte");
  if (entry.includes("\uFFFD")) throw new Error(`the name of its entry \`${entry}\` is not UTF-8`);
  const names = entry.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw new UnsafeEntry(entry, "has `..` in its name");
  return names;
}
