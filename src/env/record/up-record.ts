/** What the last `up` planned for an environment: how its container is started again without the config. */
import { join } from "node:path";
import { digestOf } from "../../digest.ts";
import { archivePin, basePin, packageSet } from "../../lock/check.ts";
import type { Lockfile } from "../../lock/lockfile.ts";
import type { PinRequest } from "../../lock/requests.ts";
import type { EnvironmentPlan, StartPlan } from "../../plan/plan.ts";
import { startPlan } from "../../plan/start-plan.ts";
import { type FileHashes, type RecordHost, readRecorded, readRun, recordFolder, writeRecorded } from "./run-record.ts";

export interface UpRecord {
  readonly version: 1;
  readonly plan: StartPlan;
  /** What its image, not that of its base environment, asks to be pinned. */
  readonly requests: readonly PinRequest[];
  /** Of the pins that answered them. */
  readonly pins: string;
  /** sha256 of each file that the config was read from, and its variables, by absolute path. */
  readonly files: FileHashes;
}

/** Undefined where no `up` of this user planned it. */
export function readUp(host: RecordHost, root: string, environment: string): Promise<UpRecord | undefined> {
  return readRecorded(host, root, fileName(environment));
}

/** The places of those records. */
export function upPaths(host: RecordHost, root: string, environments: readonly string[]): readonly string[] {
  return environments.map((name) => join(recordFolder(host, root), fileName(name)));
}

export interface PlannedUp {
  readonly root: string;
  readonly lockfile: Lockfile;
  readonly environments: readonly EnvironmentPlan[];
}

/** Call it after the config ran. Throws what the file system says. */
export async function writeUp(host: RecordHost, { root, lockfile, environments }: PlannedUp): Promise<void> {
  const run = await readRun(host, root);
  const files = { ...run?.envFiles, ...run?.files };
  for (const environment of environments) {
    const { name, requests, image } = environment;
    const pins = pinsDigest({ lockfile, requests, platform: image.platform });
    const record: UpRecord = { version: 1, plan: startPlan(environment), requests, pins, files };
    await writeRecorded(host, { root, name: fileName(name), record });
  }
}

export interface PinsQuery {
  readonly lockfile: Lockfile;
  readonly requests: readonly PinRequest[];
  readonly platform: string;
}

/** Equal as long as the lock answers all requests as it did. */
export function pinsDigest({ lockfile, requests, platform }: PinsQuery): string {
  return digestOf(
    requests.map((request) => {
      if (request.kind === "base") return basePin(lockfile, request, platform) ?? null;
      if (request.kind === "packages") return packageSet(lockfile, request, platform) ?? null;
      return archivePin(lockfile, request) ?? null;
    }),
  );
}

/** A name of an environment has no character that a file's may not have. */
function fileName(environment: string): string {
  return `up-${environment}.json`;
}
