import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { LayerEntry, LayerEntryKind } from "./entry.ts";
import { type FileBlob, newFile, passThrough, type Spool } from "./spool.ts";
import { type RawEntry, rawEntries } from "./tar-entries.ts";
import { xattrsOf } from "./xattrs.ts";

export interface ReadLayer {
  /** In the order of the tar. */
  readonly entries: readonly LayerEntry[];
  /** The tar itself, where there is a spool. */
  readonly blob?: FileBlob | undefined;
}

/** The entries of a layer's tar; contents are hashed as they pass, and kept where there is a spool. */
export async function readLayer(tar: AsyncIterable<Uint8Array>, spool?: Spool): Promise<ReadLayer> {
  if (spool === undefined) return { entries: await readEntries(tar, () => {}) };
  const path = newFile(spool);
  let blob: FileBlob | undefined;
  const passing = passThrough(tar, path, (written) => {
    blob = written;
  });
  const entries = await readEntries(passing, ({ size = 0, sha256 }, { offset }) => {
    if (size > 0 && sha256 !== undefined && !spool.contents.has(sha256)) spool.contents.set(sha256, { path, offset });
  });
  return { entries, blob };
}

async function readEntries(
  tar: AsyncIterable<Uint8Array>,
  onEntry: (entry: LayerEntry, raw: RawEntry) => void,
): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for await (const raw of rawEntries(tar)) {
    const kind = kinds[raw.header.type];
    if (kind === undefined) continue;
    const entry = await describe(raw, kind);
    onEntry(entry, raw);
    entries.push(entry);
  }
  return entries;
}

const kinds: Readonly<Record<string, LayerEntryKind>> = {
  "0": "file",
  "1": "hard-link",
  "2": "link",
  "3": "character-device",
  "4": "block-device",
  "5": "folder",
  "6": "fifo",
};

async function describe({ header, pax, content }: RawEntry, kind: LayerEntryKind): Promise<LayerEntry> {
  const { name, mode, uid, gid, size, linkname, device } = header;
  const xattrs = xattrsOf(pax);
  const entry: LayerEntry = {
    path: absolute(name),
    kind,
    mode: kind === "link" ? 0o777 : mode & 0o7777,
    uid,
    gid,
    ...(xattrs === undefined ? {} : { xattrs }),
  };
  switch (kind) {
    case "file":
      return { ...entry, size, sha256: await hash(content) };
    case "link":
      return { ...entry, target: linkname };
    case "hard-link":
      return { ...entry, target: absolute(linkname) };
    case "character-device":
    case "block-device":
      return { ...entry, device };
    default:
      return entry;
  }
}

async function hash(content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of content) digest.update(chunk);
  return digest.digest("hex");
}

function absolute(name: string): string {
  const path = posix.resolve("/", name);
  return path === "//" ? "/" : path;
}
