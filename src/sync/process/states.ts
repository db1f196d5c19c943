/** What is kept on this machine about workspaces that were synced, and how it goes. */
import { existsSync } from "node:fs";
import { open, readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Host } from "../../host/host.ts";
import { livenessOf, readMark } from "../../host/process-mark.ts";
import { stateFolder } from "../../host/state-folder.ts";
import { intentsOf } from "../journal.ts";
import { readHead } from "../journal-lines.ts";
import { type SyncPlaces, syncPlaces } from "./places.ts";
import { readRecord, type SyncRecord } from "./record.ts";

export interface SyncState {
  /** Holds all of it. */
  readonly folder: string;
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Of the workspace's folder. */
  readonly identity: string;
  /** There is no such workspace any more. */
  readonly isGone: boolean;
  /** A process may keep it in step. */
  readonly isRunning: boolean;
  /** Ids of the volumes that are kept in step. */
  readonly kept: readonly string[];
  readonly journals: readonly JournalState[];
  /** Bytes. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly changed: number;
}

export interface JournalState {
  readonly file: string;
  /** Id of the volume. */
  readonly volume: string;
  /** It is a volume of the engine that was asked about. */
  readonly isHere: boolean;
  /** Bytes. */
  readonly size: number;
}

export interface StatesOptions {
  readonly host: Host;
  readonly project: string;
  /** Address of the engine. */
  readonly engine: string;
}

/** Of all workspaces of a project. */
export async function readStates({ host, project, engine }: StatesOptions): Promise<readonly SyncState[]> {
  const names = await readdir(join(stateFolder(host), "sync")).catch(() => []);
  const states = await Promise.all(
    names.map(async (name) => {
      const places = syncPlaces(host, name);
      const record = await readRecord(places.record).catch(() => undefined);
      return record?.project === project ? await readState(host, { places, record, engine }) : undefined;
    }),
  );
  return states.filter((state) => state !== undefined);
}

/** A folder or a journal; false, and nothing done, while a process needs it. */
export async function removeState(host: Host, path: string): Promise<boolean> {
  const isJournal = path.endsWith(journalEnd);
  const folder = isJournal ? dirname(path) : path;
  const places = syncPlaces(host, basename(folder));
  if (await isRunning(host, places)) {
    const kept = keptIn(await readRecord(places.record));
    if (!isJournal || kept.includes(basename(path, journalEnd))) return false;
  }
  await rm(path, { recursive: true, force: true });
  if (isJournal) {
    await rm(intentsOf(path), { force: true });
    await rm(`${path.slice(0, -journalEnd.length)}.cookies`, { recursive: true, force: true });
  }
  return true;
}

const journalEnd = ".journal";

interface Known {
  readonly places: SyncPlaces;
  readonly record: SyncRecord;
  readonly engine: string;
}

async function readState(host: Host, { places, record, engine }: Known): Promise<SyncState> {
  const { folder } = places;
  const names = await readdir(folder);
  const stats = await Promise.all(names.map(async (name) => ({ name, ...(await sizeOf(join(folder, name))) })));
  const journals = stats.filter(({ name }) => name.endsWith(journalEnd));
  return {
    folder,
    root: record.root,
    identity: record.folder,
    isGone: !existsSync(record.root),
    isRunning: await isRunning(host, places),
    kept: keptIn(record),
    journals: await Promise.all(
      journals.map(async ({ name, size }) => {
        const file = join(folder, name);
        const isHere = readHead(await readStart(file))?.engine === engine;
        return { file, volume: basename(name, journalEnd), isHere, size };
      }),
    ),
    size: stats.reduce((sum, { size }) => sum + size, 0),
    changed: Math.max(...stats.map(({ changed }) => changed)),
  };
}

function keptIn(record: SyncRecord | undefined): readonly string[] {
  return Object.values(record?.environments ?? {}).flatMap(({ sync }) => sync?.volumeId ?? []);
}

/** One that cannot be seen from here counts: a container with the same home may run it. */
async function isRunning(host: Host, { mark }: SyncPlaces): Promise<boolean> {
  const found = readMark(await readFile(mark, "utf8").catch(() => ""));
  if (found === undefined) return false;
  return ["alive", "unknown"].includes(await livenessOf(host, found));
}

async function sizeOf(path: string): Promise<{ readonly size: number; readonly changed: number }> {
  const { size, mtimeMs } = await stat(path);
  return { size, changed: Math.floor(mtimeMs / 1000) };
}

/** More than a journal's first line takes, bytes. */
const startSize = 4096;

async function readStart(file: string): Promise<string> {
  await using handle = await open(file, "r");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(startSize), 0, startSize, 0);
  return buffer.toString("utf8", 0, bytesRead);
}
