/** Asking before a config runs that code inside a container has written, or may have. */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { CONFIG_NAMES, type FoundConfig, foldersUpwards, hasDevenvKey, LOCAL_NAMES } from "../config/find.ts";
import { readMountRecords } from "../env/container/mount-record.ts";
import { observeCurrent } from "../env/observe.ts";
import { signFolder } from "../env/quick-up/signature.ts";
import { type FileHashes, hashContent, hashFiles, type RunRecord, readRun } from "../env/record/run-record.ts";
import { devenvError } from "../errors.ts";
import { makePrivateFolder, readOwnFile } from "../host/private-folder.ts";
import { workspaceId } from "../plan/container.ts";
import { agreeToInside, isConfigFile, noteInside, readInside, readInsideNow } from "../sync/process/inside.ts";
import { syncPlaces } from "../sync/process/places.ts";
import { canAsk, openQuestions } from "./ask.ts";
import type { CliContext } from "./command.ts";
import { connect } from "./connect.ts";

/** Files of the config, absolute, that are not what its user ran last, and that came from inside or may have. */
export interface Inside {
  /** As the sync brought them over. */
  readonly written: readonly string[];
  /** Those that `protectConfig` keeps code inside from, and that were not mounted, or no longer, when they changed. */
  readonly unguarded: readonly string[];
}

export async function changedInside(context: CliContext, found: FoundConfig): Promise<Inside> {
  const run = await readRun(context.host, found.root);
  const written = await unlessSame(run, await writtenInside(context, found, run));
  return { written, unguarded: await unguarded(context, found, run) };
}

/** Between the look at the files and the moment in which they run, code inside can change them again. */
export interface Gate {
  /** Throws CONFIG_FROM_INSIDE for what a file holds that is about to run, and that nobody has agreed to. */
  requireAgreed(path: string, bytes: Uint8Array): void;
  /** What has passed. */
  ran(): FileHashes;
}

/** On a terminal its user is asked; elsewhere `--trust` says so. Throws CONFIG_FROM_INSIDE. */
export async function requireTrusted(context: CliContext, found: FoundConfig, isTrusted: boolean): Promise<Gate> {
  const { written, unguarded: loose } = await changedInside(context, found);
  const paths = [...written, ...loose];
  const details = { files: paths.map((path) => relative(context.options.cwd, path)), isSure: loose.length === 0 };
  const agreed = await hashFiles(paths);
  if (paths.length > 0) {
    if (!isTrusted && !(await agrees(context, details.files))) throw devenvError("CONFIG_FROM_INSIDE", details);
    await agree(context, found, written);
    if (!isTrusted) await requireUnchanged(context, found, agreed);
  }
  const run = await readRun(context.host, found.root);
  const ran: Record<string, string> = {};
  return {
    requireAgreed(path, bytes) {
      const hash = hashContent(path, bytes);
      const isKnown = hash === run?.files[path] || hash === agreed[path];
      // what is brought from inside is noted before it is there
      if (!isTrusted && !isKnown && (agreed[path] !== undefined || isWritten(context, found, path))) {
        throw devenvError("CONFIG_FROM_INSIDE", { files: [relative(context.options.cwd, path)], isSure: true });
      }
      ran[path] = hash;
    },
    ran: () => ran,
  };
}

/** What came while the question stood was noted already, and is not what was agreed to. */
async function requireUnchanged({ host, options }: CliContext, found: FoundConfig, agreed: FileHashes): Promise<void> {
  const paths = Object.keys(agreed);
  const now = await hashFiles(paths);
  const changed = paths.filter((path) => now[path] !== agreed[path]);
  const places = syncPlaces(host, workspaceId(found.root));
  if (changed.length > 0) await makePrivateFolder(host, places.folder);
  for (const path of changed) await noteInside(host, places, relative(found.root, path));
  if (changed.length === 0) return;
  throw devenvError("CONFIG_FROM_INSIDE", { files: changed.map((path) => relative(options.cwd, path)), isSure: true });
}

function isWritten({ host }: CliContext, found: FoundConfig, path: string): boolean {
  return foldersOf(found).some((folder) =>
    readInsideNow(host, syncPlaces(host, workspaceId(folder))).some((one) => resolve(folder, one) === path),
  );
}

async function agrees(context: CliContext, files: readonly string[]): Promise<boolean> {
  if (context.options.json || !canAsk(context)) return false;
  using questions = openQuestions(context);
  const names = files.map((file) => `\`${file}\``).join(", ");
  return questions.agree(`Code in the container has written, or may have: ${names}. It runs on this machine. Go on?`);
}

/** A workspace above may be the one that was synced. */
function foldersOf({ root }: FoundConfig): readonly string[] {
  return foldersUpwards(root);
}

async function writtenInside(
  { host }: CliContext,
  found: FoundConfig,
  run: RunRecord | undefined,
): Promise<readonly string[]> {
  const read = Object.keys(run?.files ?? {}).map((path) => relative(found.root, path));
  const isMeant = (path: string) =>
    (dirname(path) === found.root && isConfigFile([], path)) || isConfigFile(read, relative(found.root, path));
  const all: string[] = [];
  for (const folder of foldersOf(found)) {
    const places = syncPlaces(host, workspaceId(folder));
    const paths = (await readInside(host, places)).map((path) => resolve(folder, path));
    all.push(...paths.filter((path) => isMeant(path) && existsSync(path)));
  }
  return all;
}

async function unlessSame(run: RunRecord | undefined, paths: readonly string[]): Promise<readonly string[]> {
  const now = await hashFiles(paths);
  const changed = paths.filter((path) => now[path] === undefined || now[path] !== run?.files[path]);
  const isNone = await Promise.all(changed.map(hasNoConfig));
  return changed.filter((_, index) => !isNone[index]);
}

/** What any package has is no config. */
async function hasNoConfig(path: string): Promise<boolean> {
  if (!path.endsWith("package.json")) return false;
  const text = await readOwnFile({ uid: undefined }, path);
  return text !== undefined && !hasDevenvKey(text);
}

async function unguarded(
  context: CliContext,
  { root }: FoundConfig,
  run: RunRecord | undefined,
): Promise<readonly string[]> {
  if (run?.protects !== true) return [];
  const mounted = Object.values(readMountRecords({ host: context.host, root })).flatMap(({ paths }) =>
    Object.entries(paths),
  );
  if (!mounted.some(([path]) => run.files[path] !== undefined)) return [];
  const isMounted = (path: string) =>
    mounted.some(([one, { identity }]) => one === path && existsSync(path) && signFolder(path) === identity);
  const now = await hashFiles(Object.keys(run.files));
  const replaced = Object.keys(now).filter((path) => now[path] !== run.files[path] && !isMounted(path));
  const names = [...CONFIG_NAMES, ...LOCAL_NAMES].filter((name) => name !== "package.json");
  const added = names
    .map((name) => join(root, name))
    .filter((path) => existsSync(path) && run.files[path] === undefined);
  const changed = [...replaced, ...added];
  // without a container there is nobody inside
  const hasContainer = changed.length > 0 && (await observeCurrent(await connect(context), workspaceId(root))).size > 0;
  return hasContainer ? changed : [];
}

async function agree({ host }: CliContext, found: FoundConfig, paths: readonly string[]): Promise<void> {
  for (const folder of foldersOf(found)) {
    const own = paths.map((path) => relative(folder, path)).filter((path) => !path.startsWith(".."));
    if (own.length > 0) await agreeToInside(host, syncPlaces(host, workspaceId(folder)), own);
  }
}
