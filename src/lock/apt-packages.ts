/** The pins of what apt would install. */
import type { AptFile, AptReport, AptTarget } from "./apt-report.ts";
import type { ResolvedFile } from "./resolved-file.ts";

/** Each file with its place in its archive, in apt's order. */
export function resolveAptFiles(report: AptReport): readonly ResolvedFile[] {
  return report.uris.map((file) => {
    const { name, version, architecture, size, sha256 } = file;
    const known = { name, version, architecture };
    const target = targetOf(report, file);
    const refuse = (trouble: string) => ({ ...known, pin: undefined, trouble, address: target?.repository ?? "" });
    if (!/^https?:\/\//.test(file.uri)) return refuse(`\`${file.uri}\` can be had inside the image only`);
    if (sha256 === undefined) return refuse(`the archive of \`${name}\` names no SHA256 of it`);
    const path = pathBelow(target?.repository, file.uri);
    if (target === undefined || path === undefined) return refuse(`no archive of the image has \`${file.uri}\``);
    const { codename, release, component } = target;
    const suite = codename ?? (isFlat(target) ? undefined : release);
    const place = {
      archive: archiveName(target),
      ...(suite === undefined ? {} : { suite }),
      ...(component === undefined ? {} : { component }),
      path,
    };
    return {
      ...known,
      pin: { version, architecture, ...place, sha256, size },
      trouble: undefined,
      address: target.repository,
    };
  });
}

/** What the Release file calls an archive, as a word; `local` when it says nothing. */
export function archiveName({ origin = "", label = "" }: Pick<AptTarget, "origin" | "label">): string {
  if (label === "Debian-Security") return "debian-security";
  if (origin === "Debian" || origin === "Debian Backports") return "debian";
  const word = (origin === "" ? label : origin)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return word === "" ? "local" : word;
}

/** The list that has the file: apt names none, so of those of its repository the one that has the version. */
function targetOf({ targets, listings }: AptReport, { name, version, uri }: AptFile): AptTarget | undefined {
  const possible = targets
    .filter(({ repository }) => pathBelow(repository, uri) !== undefined)
    .toSorted((one, other) => other.repository.length - one.repository.length);
  const longest = possible.filter(({ repository }) => repository === possible[0]?.repository);
  const listed = listings.filter((listing) => listing.name === name && listing.version === version);
  const isListed = (target: AptTarget) =>
    listed.some(({ repository, list }) => withSlash(repository) === target.repository && list === listName(target));
  return longest.find(isListed) ?? longest[0];
}

function listName(target: AptTarget): string {
  return isFlat(target) ? target.release : `${target.release}/${target.component}`;
}

function isFlat({ release }: AptTarget): boolean {
  return release.endsWith("/");
}

/** Path of a file below a repository, without `.` in it and as it is called; undefined when it is not below it. */
function pathBelow(repository: string | undefined, uri: string): string | undefined {
  if (repository === undefined || !uri.startsWith(withSlash(repository))) return undefined;
  const parts = uri.slice(withSlash(repository).length).split("/");
  const path = parts.filter((part) => part !== "" && part !== ".").map(decodeURIComponent);
  return path.length === 0 || path.includes("..") ? undefined : path.join("/");
}

function withSlash(address: string): string {
  return address.endsWith("/") ? address : `${address}/`;
}
