/** What apt said to the resolver's script. */
import { type FailureReport, failureOf, parseSections } from "./report-sections.ts";

export interface AptReport extends FailureReport {
  readonly uris: readonly AptFile[];
  readonly targets: readonly AptTarget[];
  readonly listings: readonly AptListing[];
}

/** A file to download: a line of `apt-get --print-uris`. */
export interface AptFile {
  readonly uri: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly size: number;
  /** Undefined where the archive names none. */
  readonly sha256: string | undefined;
}

/** A package list that apt knows: a line of `apt-get indextargets`, unknown fields left out. */
export interface AptTarget {
  readonly repository: string;
  readonly release: string;
  readonly codename: string | undefined;
  readonly component: string | undefined;
  readonly origin: string | undefined;
  readonly label: string | undefined;
}

/** Which list has which version: a line of `apt-cache madison`. */
export interface AptListing {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  /** `bookworm/main`, or `./` of a flat one. */
  readonly list: string;
}

/** The format that `indextargets` is asked for. */
export const targetFormat = ["REPO_URI", "RELEASE", "CODENAME", "COMPONENT", "ORIGIN", "LABEL"]
  .map((field) => `$(${field})`)
  .join("\t");

export function parseAptReport(text: string): AptReport {
  const section = parseSections(text);
  return {
    ...failureOf(section),
    uris: section("uris")
      .map(parseFile)
      .filter((one) => one !== undefined),
    targets: section("targets").map(parseTarget),
    listings: section("listings")
      .map(parseListing)
      .filter((one) => one !== undefined),
  };
}

function parseFile(line: string): AptFile | undefined {
  const [, uri, file, size, rest = ""] = /^'([^']+)' (\S+) (\d+) ?(.*)$/.exec(line) ?? [];
  const [name, version, architecture] =
    file
      ?.replace(/\.deb$/, "")
      .split("_")
      .map(decodeURIComponent) ?? [];
  if (uri === undefined || name === undefined || version === undefined || architecture === undefined) return undefined;
  const sha256 = /SHA256:([0-9a-f]{64})/i.exec(rest)?.[1]?.toLowerCase();
  return { uri, name, version, architecture, size: Number(size), sha256 };
}

function parseTarget(line: string): AptTarget {
  const [repository = "", release = "", ...others] = line.split("\t");
  // a field that apt does not know stays as it was asked for
  const [codename, component, origin, label] = others.map((field) =>
    field === "" || field.startsWith("$(") ? undefined : field,
  );
  return { repository, release, codename, component, origin, label };
}

function parseListing(line: string): AptListing | undefined {
  const [name, version, source] = line.split("|").map((part) => part.trim());
  const [repository, list, kind] = source?.split(" ") ?? [];
  if (name === undefined || version === undefined || repository === undefined || list === undefined) return undefined;
  return kind === "Sources" ? undefined : { name, version, repository, list };
}
