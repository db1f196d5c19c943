/** A tree on its way into a container, with another owner. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header, type Pack } from "tar-stream";
import type { OwnedTree, Owner } from "../containers.ts";

type Reader = ReturnType<typeof extract>;
/** An entry of a tar that is read. */
type Entry = Reader extends AsyncIterable<infer One> ? One : never;

/** Add a tree to a tar that starts at the root; what keeps its owner stays away. */
export async function addTree(tar: Pack, tree: OwnedTree): Promise<void> {
  const reader = extract();
  const source = Buffer.isBuffer(tree.tar) ? Readable.from([tree.tar]) : tree.tar;
  await Promise.all([pipeline(source, reader), copyEntries(reader, tar, tree)]);
}

async function copyEntries(reader: Reader, tar: Pack, tree: OwnedTree): Promise<void> {
  let top: Owner | undefined;
  for await (const entry of reader) {
    const isTop = top === undefined;
    // Podman gives out every file as that of the container's user: what is as the folder itself belongs to it
    top ??= { uid: entry.header.uid ?? 0, gid: entry.header.gid ?? 0 };
    const header = headerFor(entry.header, { ...tree, top }, isTop);
    if (header === undefined) entry.resume();
    else await copyEntry(entry, header, tar);
  }
}

/** Undefined: the entry is not written. */
function headerFor(header: Header, tree: OwnedTree & { readonly top: Owner }, isTop: boolean): Header | undefined {
  const { from, to, top, parent, skip, omitTop = false } = tree;
  const path = `${parent === "/" ? "" : parent}/${header.name.replace(/\/+$/, "")}`;
  if (skip.some((one) => path === one || path.startsWith(`${one}/`))) return undefined;
  if (isTop && omitTop) return undefined;
  const owner = isTop ? to : (newOwner(header, { from, to }) ?? newOwner(header, { from: top, to }));
  if (owner === undefined) return undefined;
  const linkname = header.type === "link" ? below(parent, header.linkname ?? "") : header.linkname;
  // names would be looked up instead of the numbers
  return { ...header, ...owner, name: below(parent, header.name), linkname, uname: "", gname: "" };
}

function newOwner({ uid = 0, gid = 0 }: Header, { from, to }: Pick<OwnedTree, "from" | "to">): Owner | undefined {
  if (uid !== from.uid && gid !== from.gid) return undefined;
  return { uid: uid === from.uid ? to.uid : uid, gid: gid === from.gid ? to.gid : gid };
}

function below(parent: string, name: string): string {
  return `${parent}/${name}`.replace(/^\/+/, "");
}

async function copyEntry(entry: Entry, header: Header, tar: Pack): Promise<void> {
  if (header.type === "file") return pipeline(entry, tar.entry(header));
  entry.resume();
  await new Promise<void>((resolve, reject) => {
    tar.entry(header, (error) => (error ? reject(error) : resolve()));
  });
}
