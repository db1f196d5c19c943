/** What apt prints and keeps about the packages of an archive. Pure. */
import type { AptSource } from "../apt-archive.ts";
import type { LockedPackage } from "../packages/package-places.ts";
import type { BootstrapPackages } from "./packages.ts";

/** One index of an archive, in the order of the sources. */
export interface AptIndex {
  readonly archive: AptSource["archive"];
  readonly suite: string;
  readonly component: string;
  /** A `Packages` file. */
  readonly text: string;
}

/** Files that apt would install, by the sha256 that `--print-uris` says. */
export function printedDigests(output: string): ReadonlySet<string> {
  return new Set([...output.matchAll(/ SHA256:([0-9a-f]{64})\s*$/gm)].map(([, digest]) => digest as string));
}

/** The packages with these digests; where two indexes have one, the first counts. */
export function findPackages(indexes: readonly AptIndex[], digests: ReadonlySet<string>): BootstrapPackages {
  const found = new Map<string, LockedPackage>();
  for (const { text, archive, suite, component } of indexes) {
    for (const stanza of stanzasOf(text, digests)) {
      const read = (field: string) => fieldOf(stanza, field);
      const name = read("Package");
      if (found.has(name)) continue;
      const place = { archive, suite, component, path: read("Filename") };
      const content = { sha256: read("SHA256"), size: Number(read("Size")) };
      found.set(name, { version: read("Version"), architecture: read("Architecture"), ...place, ...content });
    }
  }
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Only those that are looked for are cut out: an index has some 60 000. */
function* stanzasOf(text: string, digests: ReadonlySet<string>): Generator<string> {
  for (const match of text.matchAll(/^SHA256: ([0-9a-f]{64})$/gm)) {
    if (!digests.has(match[1] as string)) continue;
    const start = text.lastIndexOf("\n\n", match.index) + 2;
    const end = text.indexOf("\n\n", match.index);
    yield text.slice(start === 1 ? 0 : start, end === -1 ? undefined : end);
  }
}

function fieldOf(stanza: string, field: string): string {
  const value = new RegExp(`^${field}: (.+)$`, "m").exec(stanza)?.[1];
  if (value === undefined) throw new Error(`a package index has a stanza without ${field}`);
  return value;
}
