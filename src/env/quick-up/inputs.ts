/** Everything on the host that an `up` with nothing to do reads, by path. */
import { lstatSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CONFIG_NAMES, foldersUpwards } from "../../config/find.ts";
import { importCandidates } from "../../config/import-candidates.ts";
import { certificatePaths } from "../../host/certificate-sources.ts";
import { resolveCopySource } from "../../host/copy-source.ts";
import { archivePaths } from "../../host/download.ts";
import type { Host } from "../../host/host.ts";
import { ignoreFileName, readIgnore } from "../../host/ignore.ts";
import { timezonePath } from "../../host/timezone.ts";
import { trustPaths } from "../../host/trust.ts";
import { lockfilePath } from "../../lock/store.ts";
import type { LayerSpec, Spec } from "../../spec/spec.ts";
import type { Project } from "../project.ts";
import { upPaths } from "../record/up-record.ts";
import { uncheckedMark } from "../snapshot/unchecked.ts";
import { readPureScript } from "./pure-script.ts";

export interface InputsOptions {
  readonly host: Host;
  readonly cwd: string;
  readonly project: Project;
}

/** More than this many files to copy are read faster than it takes to be sure of each by `stat`. */
const mostCopied = 2000;

/** Undefined when it cannot be told what counts: for a config that is not pure, or what cannot be signed. */
export async function inputPaths({ host, cwd, project }: InputsOptions): Promise<readonly string[] | undefined> {
  const { spec } = project;
  // the keychains of other systems cannot be told by stat
  if (host.platform !== "linux") return undefined;
  const places = configPlaces(cwd, spec.root);
  const scripts = scriptPaths(project.files);
  const copied = await copiedPaths(spec);
  if (places === undefined || scripts === undefined || copied === undefined) return undefined;
  return [
    ...places,
    ...scripts,
    lockfilePath(spec.root),
    ...project.envFiles,
    uncheckedMark(host, spec.root),
    ...copied,
    ...(await archivedPaths(spec, host.cacheDir)),
    ...certificatePaths(host),
    ...trustPaths(host),
    // what other commands know the environments by: an `up` writes it again where it is gone
    ...upPaths(
      host,
      spec.root,
      spec.environments.map(({ name }) => name),
    ),
    ...(spec.environments.some((one) => one.host.timezone) ? [timezonePath] : []),
  ];
}

/** Where a config was looked for, and where another one would come first. */
function configPlaces(cwd: string, root: string): readonly string[] | undefined {
  const folders = foldersUpwards(cwd);
  if (!folders.includes(root)) return undefined;
  const passed = folders.slice(0, folders.indexOf(root) + 1);
  return passed.flatMap((folder) => CONFIG_NAMES.map((name) => join(folder, name)));
}

/** The config's files, those that are absent too, and for each import every place where it was looked for. */
function scriptPaths(files: readonly string[]): readonly string[] | undefined {
  const paths: string[] = [];
  for (const file of files) {
    paths.push(file);
    if (!isFile(file) || [".yaml", ".yml"].includes(extname(file))) continue;
    const script = readPureScript(file);
    if (script === undefined) return undefined;
    paths.push(...script.imports.flatMap((specifier) => importCandidates(specifier, pathToFileURL(file).href)));
  }
  return paths;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** What the `copy` layers read; undefined for links, whose targets may be anywhere, and for too much. */
async function copiedPaths({ root, environments }: Spec): Promise<readonly string[] | undefined> {
  const layers = environments.flatMap(({ image }) => image.layers).filter((layer) => layer.kind === "copy");
  const paths = [join(root, ignoreFileName)];
  const ignore = await readIgnore(root);
  for (const { from, key } of layers) {
    for (const source of from) {
      const { links, path } = await resolveCopySource({ root, source, key });
      if (links.length > 0 || path !== source) return undefined;
      const isExcluded = (below: string) => ignore.ignores(below) && !ignore.mayHoldException(below);
      if (!walk({ root, paths, isExcluded }, path === "." ? "" : path)) return undefined;
    }
  }
  return paths;
}

interface Walk {
  readonly root: string;
  readonly paths: string[];
  isExcluded(path: string): boolean;
}

/** Adds a path and all below it; false when there is a link, or too much. */
function walk(state: Walk, path: string): boolean {
  const { root, paths } = state;
  const stats = lstatSync(join(root, path));
  if (stats.isSymbolicLink() || paths.length > mostCopied) return false;
  paths.push(join(root, path));
  if (!stats.isDirectory()) return true;
  const below = readdirSync(join(root, path)).map((name) => (path === "" ? name : `${path}/${name}`));
  return below.filter((name) => !state.isExcluded(name)).every((name) => walk(state, name));
}

/** What the cache holds for archives whose checksum the config does not say. */
async function archivedPaths({ environments }: Spec, cacheDir: string): Promise<readonly string[]> {
  const urls = environments.flatMap(({ image }) => image.layers.flatMap(unpinnedUrls));
  return (await Promise.all(urls.map((url) => archivePaths({ cacheDir, url })))).flat();
}

function unpinnedUrls(layer: LayerSpec): readonly string[] {
  if (layer.kind !== "archive" || typeof layer.sha256 === "string") return [];
  return typeof layer.url === "string" ? [layer.url] : Object.values(layer.url);
}
