/** That a user ran the config of a workspace on purpose, and what it said then: so that other commands need not run it. */
import { readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf, sha256 } from "../../digest.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import type { Host } from "../../host/host.ts";
import { isPrivateFolder, makePrivateFolder, readOwnFile } from "../../host/private-folder.ts";
import { readSmallFile } from "../../host/read-small-file.ts";
import { stateFolder } from "../../host/state-folder.ts";
import { workspaceId } from "../../plan/container.ts";

export type RecordHost = Pick<Host, "platform" | "env" | "home" | "uid">;

export interface RunRecord {
  readonly version: 1;
  /** Absolute real path of the workspace. */
  readonly root: string;
  /** Identity of its folder: another one in its place was not run. */
  readonly folder: string;
  readonly project: string;
  /** sha256 of each file that the config was read from, by absolute path. */
  readonly files: FileHashes;
  /** The same for the files that variables were read from. */
  readonly envFiles: FileHashes;
  /** Code inside is kept from changing the files, in some environment. */
  readonly protects?: boolean | undefined;
  readonly environments: Readonly<Record<string, RecordedEnvironment>>;
}

export type FileHashes = Readonly<Record<string, string>>;

export interface RecordedEnvironment {
  /** Commands by name. */
  readonly tasks: Readonly<Record<string, string>>;
  readonly shell?: string | undefined;
}

/** Where what is known of a workspace is kept. */
export function recordFolder(host: RecordHost, root: string): string {
  return join(recordsFolder(host), workspaceId(root));
}

function recordsFolder(host: RecordHost): string {
  return join(stateFolder(host), "workspaces");
}

const fileName = "run.json";

/** Undefined when this user never ran it, and where somebody else could have written so. */
export async function readRun(host: RecordHost, root: string): Promise<RunRecord | undefined> {
  const record = await readRecorded<RunRecord>(host, root, fileName);
  return record?.root === root ? record : undefined;
}

/** Throws what the file system says. */
export async function writeRun(host: RecordHost, record: RunRecord): Promise<void> {
  if (await writeRecorded(host, { root: record.root, name: fileName, record })) await removeAbandoned(host);
}

/** A document of version 1 in a record's folder. */
export async function readRecorded<Document extends { readonly version: 1 }>(
  host: RecordHost,
  root: string,
  name: string,
): Promise<Document | undefined> {
  const folder = recordFolder(host, root);
  if (!(await isPrivateFolder(host, folder))) return undefined;
  return parse<Document>(await readOwnFile(host, join(folder, name)));
}

/** Undefined for what is damaged, and for what another version of devenv wrote. */
function parse<Document extends { readonly version: 1 }>(text: string | undefined): Document | undefined {
  try {
    const document = JSON.parse(text ?? "null") as Document | null;
    return document?.version === 1 ? document : undefined;
  } catch {
    return undefined;
  }
}

export interface RecordedFile {
  readonly root: string;
  readonly name: string;
  readonly record: { readonly version: 1 };
}

/** Returns whether anything changed. */
export async function writeRecorded(host: RecordHost, { root, name, record }: RecordedFile): Promise<boolean> {
  const folder = recordFolder(host, root);
  await makePrivateFolder(host, folder);
  return writeFileAtomic(join(folder, name), `${JSON.stringify(record)}\n`, 0o600);
}

/** Above every config. */
const largestConfig = 64 * 1024 * 1024;

/** Those that are not there, or cannot be read, are left out. */
export async function hashFiles(paths: readonly string[]): Promise<FileHashes> {
  const hash = (path: string) =>
    // a pipe that code inside made would be waited for
    readSmallFile(path, largestConfig).then(
      (bytes) => [[path, hashContent(path, bytes)] as const],
      () => [],
    );
  return Object.fromEntries((await Promise.all(paths.map(hash))).flat());
}

export function hashContent(path: string, bytes: Uint8Array): string {
  return basename(path) === "package.json" ? hashKey(Buffer.from(bytes)) : sha256(bytes);
}

/** Of a package.json what it says of devenv counts: all else changes often. */
function hashKey(bytes: Buffer): string {
  try {
    return digestOf((JSON.parse(bytes.toString("utf8")) as { readonly devenv?: unknown }).devenv ?? null);
  } catch {
    return sha256(bytes);
  }
}

/** A folder that is away for so long comes back as a new one. */
const abandonedMs = 30 * 24 * 60 * 60 * 1000;

async function removeAbandoned(host: RecordHost): Promise<void> {
  const parent = recordsFolder(host);
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    const text = await readOwnFile(host, join(folder, fileName));
    const changed = await stat(join(folder, fileName)).catch(() => undefined);
    if (text === undefined || changed === undefined || Date.now() - changed.mtimeMs < abandonedMs) continue;
    const root = parse<RunRecord>(text)?.root;
    if (root === undefined || (await stat(root).catch(() => undefined)) === undefined)
      await rm(folder, { recursive: true, force: true });
  }
}
