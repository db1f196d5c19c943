import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../engine/engine.ts";
import type { Host } from "../../host/host.ts";
import { ownMark } from "../../host/process-mark.ts";
import {
  environmentLabel,
  folderLabel,
  projectLabel,
  rootLabel,
  syncLabel,
  workspaceLabel,
} from "../../plan/labels.ts";
import { conflictPath } from "../conflict-name.ts";
import { openHelperSide, startHelper } from "../container/helper.ts";
import { openHostSide } from "../host/host-side.ts";
import { createIgnores, type IgnoreRules, readGitignores } from "../ignore.ts";
import { openJournal } from "../journal.ts";
import { openSession } from "../session.ts";
import type { Ignores, Session, SessionListener } from "../session-options.ts";
import { journalOf, type SyncPlaces } from "./places.ts";
import type { KeptEnvironment, RecordHead, SyncedEnvironment } from "./record.ts";

export interface EnvironmentRequest {
  readonly record: RecordHead;
  readonly name: string;
  readonly environment: Pick<KeptEnvironment, "exclude" | "ignore">;
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

export function environmentOpener({ host, engine, places }: OpenerOptions): OpenEnvironment {
  return async ({ record, name, environment, sync, listener, isPaused }) => {
    const { root } = record;
    const helper = await startHelper(engine, {
      name: `${sync.container}-sync`,
      volume: sync.volume,
      platform: sync.platform,
      labels: {
        [projectLabel]: record.project,
        [workspaceLabel]: record.workspace,
        [rootLabel]: root,
        [folderLabel]: record.folder,
        [environmentLabel]: name,
        [syncLabel]: sync.volumeId,
      },
    });
    const { boot } = await ownMark(host);
    const ignores = await readIgnores(root, environment);
    const cookieFolder = join(places.folder, `${sync.volumeId}.cookies`);
    await mkdir(cookieFolder, { recursive: true });
    const nameLate = (path: string) => conflictPath({ path, side: "host", date: new Date() });
    return openSession({
      host: (sides) =>
        openHostSide({
          ...{ root, platform: host.platform, cookieFolder, listener: sides, nameLate },
          ignores: (path) => ignores(path, true),
        }),
      container: (sides) => openHelperSide(engine, helper, { ...sync.owner, listener: sides }),
      ancestor: openJournal({
        ...{ file: journalOf(places, sync.volumeId), volume: sync.volumeId, boot },
        engine: engine.address,
      }),
      direction: sync.direction,
      onConflict: sync.conflicts,
      ignores,
      listener,
      isPaused,
    });
  };
}

const ownFiles = "gitignore";

async function readIgnores(root: string, { exclude, ignore }: EnvironmentRequest["environment"]): Promise<Ignores> {
  const rules: IgnoreRules = { patterns: ignore.filter((line) => line !== ownFiles), volumes: exclude };
  if (!ignore.includes(ownFiles)) return createIgnores(rules);
  return createIgnores({ ...rules, gitignores: await readGitignores(root, rules) });
}
