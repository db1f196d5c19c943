import type { Sha256 } from "../../digest.ts";
import type { LayerEntry, LayerEntryKind } from "./entry.ts";
import { paddingOf, type TarType } from "./tar-format.ts";
import { printHeader, tarEnd } from "./write-header.ts";
import { xattrRecords } from "./xattrs.ts";

/** Content of a file by its sha256; of no bytes it is never asked for. */
export type ReadContent = (sha256: Sha256, size: number) => AsyncIterable<Uint8Array>;

/**
 * The canonical tar of a layer: its bytes depend on nothing but the entries, in the order given. Owners are
 * numbers, times are one time, sparse files are whole. Throws plain errors for names that are not UTF-8.
 */
export async function* layerTar(entries: readonly LayerEntry[], content: ReadContent): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield headerOf(entry);
    const { size = 0, sha256 } = entry;
    if (size === 0 || sha256 === undefined) continue;
    yield* content(sha256, size);
    yield Buffer.alloc(paddingOf(size));
  }
  yield tarEnd;
}

const types: Readonly<Record<LayerEntryKind, TarType>> = {
  file: "0",
  "hard-link": "1",
  link: "2",
  "character-device": "3",
  "block-device": "4",
  folder: "5",
  fifo: "6",
};

function headerOf({
  path,
  kind,
  mode,
  uid,
  gid,
  size = 0,
  target = "",
  device = [0, 0],
  xattrs = {},
}: LayerEntry): Buffer {
  if (`${path}${target}`.includes("\uFFFD")) throw new Error(`the name of \`${path}\`, or its target, is not UTF-8`);
  const name = path === "/" ? "./" : `${path.slice(1)}${kind === "folder" ? "/" : ""}`;
  const linkname = kind === "hard-link" ? target.slice(1) : target;
  return printHeader({ name, type: types[kind], mode, uid, gid, size, linkname, device }, xattrRecords(xattrs));
}
