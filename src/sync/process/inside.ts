/** Files of configs that code inside has written: whoever runs a config is to know of it. */
import { join } from "node:path";
import { CONFIG_NAMES, LOCAL_NAMES } from "../../config/find.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import type { Host } from "../../host/host.ts";
import { readOwnFile, readOwnFileNow } from "../../host/private-folder.ts";
import type { Path } from "../entry.ts";
import { nameOf } from "../tree.ts";
import type { SyncPlaces } from "./places.ts";

/** What a config is made of, relative to the workspace. */
export type ConfigFiles = readonly Path[];

const names: ReadonlySet<string> = new Set([...CONFIG_NAMES, ...LOCAL_NAMES]);

/** Whether a file may be one of a config: any that is called so, and any that an import may find in the place of one that was read. */
export function isConfigFile(files: ConfigFiles, path: Path): boolean {
  return names.has(nameOf(path)) || isReadFile(files, path);
}

/** Of these files one, or what would be taken for one; beside them only the names that count at the top. */
export function isProtected(files: ConfigFiles, path: Path): boolean {
  return (names.has(path) && path !== "package.json") || isReadFile(files, path);
}

function isReadFile(files: ConfigFiles, path: Path): boolean {
  const stem = stemOf(path);
  return files.some((file) => (file === "package.json" ? path === file : stemOf(file) === stem));
}

/** As an import may be written. */
function stemOf(path: Path): string {
  return path.replace(/\.([mc]?[jt]s|json)$/, "").replace(/\/index$/, "");
}

/** Paths relative to the workspace that were written from inside and that nobody has agreed to yet. */
export async function readInside(
  host: Pick<Host, "uid">,
  { folder }: Pick<SyncPlaces, "folder">,
): Promise<readonly Path[]> {
  return parse(await readOwnFile(host, fileIn(folder)).catch(() => undefined));
}

/** The same, at once. */
export function readInsideNow(host: Pick<Host, "uid">, { folder }: Pick<SyncPlaces, "folder">): readonly Path[] {
  return parse(readOwnFileNow(host, fileIn(folder)));
}

function parse(text: string | undefined): readonly Path[] {
  try {
    const paths: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  } catch {
    return [];
  }
}

/** Call it before the file is written. */
export async function noteInside(
  host: Pick<Host, "uid">,
  places: Pick<SyncPlaces, "folder">,
  path: Path,
): Promise<void> {
  const known = await readInside(host, places);
  if (!known.includes(path)) await write(places, [...known, path]);
}

export async function agreeToInside(
  host: Pick<Host, "uid">,
  places: Pick<SyncPlaces, "folder">,
  paths: readonly Path[],
): Promise<void> {
  const known = await readInside(host, places);
  const left = known.filter((path) => !paths.includes(path));
  if (left.length < known.length) await write(places, left);
}

async function write({ folder }: Pick<SyncPlaces, "folder">, paths: readonly Path[]): Promise<void> {
  await writeFileAtomic(fileIn(folder), `${JSON.stringify(paths)}\n`, 0o600);
}

function fileIn(folder: string): string {
  return join(folder, "inside.json");
}
