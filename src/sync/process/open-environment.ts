import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../engine/engine.ts";
import type { Host } from "../../host/host.ts";
import { ownMark } from "../../host/process-mark.ts";
import { reasonOf } from "../../host/reason.ts";
import { conflictPath } from "../conflict-name.ts";
import type { Path } from "../entry.ts";
import { openHostSide } from "../host/host-side.ts";
import type { NameLate } from "../host/keep.ts";
import { gitSettings } from "../ignore/git-settings.ts";
import { createIgnores } from "../ignore.ts";
import { type IgnoreFiles, type IgnoreFilesOptions, openIgnoreFiles } from "../ignore-files.ts";
import { openJournal } from "../journal.ts";
import { openSession } from "../session.ts";
import type { Session, SessionListener } from "../session-options.ts";
import type { Side, SideListener } from "../side.ts";
import { parentOf } from "../tree.ts";
import { guardConfig } from "./guard-config.ts";
import { type HostAgent, openHostAgent } from "./host-agent.ts";
import { noteInside } from "./inside.ts";
import { containerOpener } from "./open-container.ts";
import { journalOf, type SyncPlaces } from "./places.ts";
import type { KeptEnvironment, RecordHead, SyncedEnvironment } from "./record.ts";
import { createSparing } from "./spare-memory.ts";

export interface EnvironmentRequest {
  readonly record: RecordHead;
  readonly name: string;
  readonly environment: Pick<KeptEnvironment, "exclude" | "ignore" | "config" | "protectConfig">;
  readonly sync: SyncedEnvironment;
  readonly listener: SessionListener;
  readonly isPaused: boolean;
}

/** Open both sides of an environment and what they last agreed upon; throws when one cannot be reached. */
export type OpenEnvironment = (request: EnvironmentRequest) => Promise<Session>;

export interface OpenerOptions {
  readonly host: Host;
  readonly engine: Engine;
  readonly places: SyncPlaces;
}

export function environmentOpener(options: OpenerOptions): OpenEnvironment {
  const { host } = options;
  const sessions = new Set<Session>();
  // all of them are of one workspace
  let native: HostAgent | undefined;
  const spareMemory = createSparing(() => {
    for (const session of sessions) session.spare();
  });
  const closeNative = async () => {
    if (sessions.size === 0) await native?.close();
  };
  return async (asked) => {
    const request = { ...asked, listener: withStatus(asked.listener, spareMemory) };
    const { root } = request.record;
    const onFailure = (reason: string) =>
      request.listener.onLog?.(`the agent for this machine cannot be run: ${reason}`);
    native ??= openHostAgent({ root, platform: host.platform, arch: host.arch, onFailure });
    // while the engine answers
    if (!request.isPaused) native?.prepare();
    try {
      const session = await openOne(options, request, native);
      sessions.add(session);
      return {
        ...session,
        unsaved: async () => withoutProducts(host, request, await session.unsaved()),
        async close() {
          sessions.delete(session);
          await session.close();
          await closeNative();
        },
      };
    } catch (error) {
      await closeNative();
      throw error;
    }
  };
}

async function openOne(
  { host, engine, places }: OpenerOptions,
  request: EnvironmentRequest,
  native: HostAgent | undefined,
): Promise<Session> {
  const { sync, isPaused, listener } = request;
  const { root } = request.record;
  const mark = await ownMark(host);
  const owner = { host, mark, folder: places.folder };
  const openContainer = await containerOpener(engine, { ...request, owner });
  const listeners: SideListener[] = [];
  const { ignores, follow } = await openIgnores(host, request, (paths) => {
    for (const sides of listeners) sides.onReread?.(paths);
  });
  const cookieFolder = join(places.folder, `${sync.volumeId}.cookies`);
  await mkdir(cookieFolder, { recursive: true });
  return openSession({
    host(sides) {
      listeners.push(sides);
      const side = openHostSide({
        ...{ root, platform: host.platform, cookieFolder, listener: sides, nameLate },
        native,
        ignores: (path) => ignores(path, true),
      });
      return guarded(follow(side), request, (path) => noteInside(host, places, path));
    },
    container(sides) {
      listeners.push(sides);
      return openContainer({ ...sync.owner, listener: sides });
    },
    ancestor: openJournal({
      ...{ file: journalOf(places, sync.volumeId), volume: sync.volumeId, boot: mark.boot },
      ...{ engine: engine.address, onFailure: (error) => listener.onLog?.(`intents are lost: ${reasonOf(error)}`) },
    }),
    direction: sync.direction,
    onConflict: sync.conflicts,
    ignores,
    listener,
    isPaused,
  });
}

function guarded(side: Side, { environment }: EnvironmentRequest, note: (path: Path) => Promise<void>): Side {
  const { config = [], protectConfig = false } = environment;
  return guardConfig(side, { files: config, isProtected: protectConfig, note });
}

const nameLate: NameLate = (path, number) => conflictPath({ path, side: "host", date: new Date(), number });

function withStatus(listener: SessionListener, tell: () => void): SessionListener {
  return {
    ...listener,
    onStatus() {
      listener.onStatus?.();
      tell();
    },
  };
}

/** What is made inside stays there by intent: what git ignores can be made again. */
async function withoutProducts(
  host: Host,
  { record, sync }: EnvironmentRequest,
  paths: readonly Path[],
): Promise<readonly Path[]> {
  if (sync.direction === "two-way" || paths.length === 0 || !existsSync(record.root)) return paths;
  const rules = { record, environment: { exclude: [], ignore: [ownFiles] } };
  const { ignores } = await openIgnores(host, rules, () => undefined);
  const isProduct = (path: Path, isFolder: boolean): boolean =>
    path !== "" && (ignores(path, isFolder) || isProduct(parentOf(path), true));
  return paths.filter((path) => !isProduct(path, false));
}

const ownFiles = "gitignore";

async function openIgnores(
  host: Host,
  { record: { root }, environment: { exclude, ignore } }: Pick<EnvironmentRequest, "record" | "environment">,
  onChange: IgnoreFilesOptions["onChange"],
): Promise<IgnoreFiles> {
  const rules = { patterns: ignore.filter((line) => line !== ownFiles), volumes: exclude };
  if (!ignore.includes(ownFiles)) return { ignores: createIgnores(rules), follow: (side) => side };
  return openIgnoreFiles({ root, uid: host.uid, settings: await gitSettings(host, root), rules, onChange });
}
