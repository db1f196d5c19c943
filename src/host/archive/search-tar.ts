import type { SecretFile } from "../../errors.ts";
import type { RawEntry } from "../saved-image/tar-entries.ts";
import { rawEntries } from "../saved-image/tar-entries.ts";
import type { ContentFinding, SecretSearch } from "../secrets/search-content.ts";

/** What of an entry holds a secret. */
export type FoundIn = "content" | "name" | "target" | "attribute";

export interface TarFinding {
  /** As written in the tar, a hard link's own name included. */
  readonly path: string;
  /** Names of the secrets. */
  readonly names: readonly string[];
  readonly in: FoundIn;
}

/** As errors tell them. */
export function secretFiles({ path, names, in: place }: TarFinding): readonly SecretFile[] {
  return names.map((secret) => (place === "content" ? { path, secret } : { path, secret, in: place }));
}

export interface TarSearch {
  readonly findings: readonly TarFinding[];
  /** Compressed files that were not looked at to their end. */
  readonly partial: readonly string[];
}

/** Which entries of a tar hold a secret, wherever it stands in them; nothing is kept in memory. */
export async function searchTar(tar: AsyncIterable<Uint8Array>, search: SecretSearch): Promise<TarSearch> {
  const findings: TarFinding[] = [];
  const partial: string[] = [];
  const contents = new Map<string, readonly string[]>();
  for await (const entry of rawEntries(tar)) {
    const { name: path } = entry.header;
    const { names, isPartial } = await searchEntry(entry, search, contents);
    contents.set(path, names);
    findings.push({ path, names, in: "content" }, ...searchHead(entry, search));
    if (isPartial) partial.push(path);
  }
  return { findings: findings.filter(({ names }) => names.length > 0), partial };
}

/** A hard link holds what its file does, which stands before it. */
async function searchEntry(
  { header, content }: RawEntry,
  search: SecretSearch,
  known: ReadonlyMap<string, readonly string[]>,
): Promise<ContentFinding> {
  if (header.type === "1") return { names: known.get(header.linkname) ?? [], isPartial: false };
  return header.size === 0 ? { names: [], isPartial: false } : search.content(content);
}

/** Of a path its last name: what is above it has an entry of its own. */
function searchHead({ header, pax }: RawEntry, search: SecretSearch): readonly TarFinding[] {
  const { name: path, linkname, type } = header;
  const last = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const attributes = [...pax].flatMap(([key, value]) => (key.includes("xattr.") ? search.text(value) : []));
  return [
    { path, names: search.text(Buffer.from(last)), in: "name" },
    ...(type === "2" ? [{ path, names: search.text(Buffer.from(linkname)), in: "target" } as const] : []),
    { path, names: [...new Set(attributes)], in: "attribute" },
  ];
}
