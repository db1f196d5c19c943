import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { distance } from "fastest-levenshtein";
import { type DevenvError, devenvError } from "../errors.ts";
import { errnoOf, reasonOf } from "./reason.ts";

export interface CopySource {
  /** Links passed on the way, in the order met. */
  readonly links: readonly Link[];
  /** Where the source really lies: relative to the root, no link in it; `.` is the root. */
  readonly path: string;
}

interface Link {
  readonly path: string;
  readonly target: string;
}

export interface SourceRequest {
  /** Absolute real path. */
  readonly root: string;
  readonly source: string;
  /** Place in the config, for messages. */
  readonly key: string;
}

/** As in the Linux kernel. */
const mostLinks = 40;
const isRooted = (path: string) => posix.isAbsolute(path) || isAbsolute(path);

/** Follow the links of a `copy` source, as COPY will; throws COPY_SOURCE_MISSING, COPY_OUTSIDE_PROJECT, COPY_UNREADABLE. */
export async function resolveCopySource(request: SourceRequest): Promise<CopySource> {
  const { source } = request;
  if (isRooted(source)) throw outside(request, "it is an absolute path");
  const links: Link[] = [];
  const rest = namesOf(source);
  let path = ".";
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === ".." && path === ".") throw outside(request, lastLinkReason(links) ?? "`..` goes above its folder");
    const next = posix.join(path, name);
    const target = name === ".." ? undefined : await linkTarget(request, next);
    if (target === undefined) {
      path = next;
      continue;
    }
    links.push({ path: next, target });
    await checkLinkTarget({ ...request, path: next, target });
    if (links.length > mostLinks) throw unreadable(request, "too many links lead to it");
    rest.unshift(...namesOf(target));
  }
  return { links, path };
}

/** Throw COPY_OUTSIDE_PROJECT for a link that leads out of the root, itself or through other links. */
export async function checkLinkTarget(link: Link & { readonly root: string; readonly key: string }): Promise<void> {
  const { root, path, target } = link;
  const reason = `its link target is \`${target}\``;
  const request = { ...link, source: path };
  if (isRooted(target)) throw outside(request, reason);
  const lexical = posix.join(posix.dirname(path), target);
  if (lexical === ".." || lexical.startsWith("../")) throw outside(request, reason);
  const real = await realpath(join(root, path)).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "")) return undefined;
    throw unreadable(request, reasonOf(error), error);
  });
  if (real !== undefined && !isBelow(root, real)) throw outside(request, reason);
}

/** Target of a link, undefined for all else that exists. */
async function linkTarget(request: SourceRequest, path: string): Promise<string | undefined> {
  const place = join(request.root, path);
  try {
    return (await lstat(place)).isSymbolicLink() ? await readlink(place) : undefined;
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) throw unreadable(request, reasonOf(error), error);
    throw devenvError("COPY_SOURCE_MISSING", {
      key: request.key,
      path: request.source,
      nearMisses: await nearMisses(request.root, path),
    });
  }
}

/** Paths in the same folder whose names differ by a slip of the keyboard, nearest first. */
async function nearMisses(root: string, path: string): Promise<readonly string[]> {
  const folder = posix.dirname(path);
  const name = posix.basename(path);
  const present = await readdir(join(root, folder)).catch(() => []);
  return present
    .map((other) => ({ other, distance: distance(name.toLowerCase(), other.toLowerCase()) }))
    .filter((found) => found.distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((one, two) => one.distance - two.distance)
    .slice(0, 3)
    .map(({ other }) => posix.join(folder, other));
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function lastLinkReason(links: readonly Link[]): string | undefined {
  const link = links.at(-1);
  return link && `link \`${link.path}\` leads to \`${link.target}\``;
}

function outside({ key, source }: SourceRequest, reason: string): DevenvError {
  return devenvError("COPY_OUTSIDE_PROJECT", { key, path: source, reason });
}

function unreadable({ key, source }: SourceRequest, reason: string, cause?: unknown): DevenvError {
  return devenvError("COPY_UNREADABLE", { key, path: source, reason }, cause);
}
