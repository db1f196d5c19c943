import { relative } from "node:path";
import type { ContainerInfo } from "../../engine/containers.ts";
import { devenvError } from "../../errors.ts";
import { missingPins } from "../../lock/check.ts";
import { emptyLockfile, type Lockfile, lockfileName } from "../../lock/lockfile.ts";
import { pinnedPlatforms } from "../../lock/platforms.ts";
import { readLockfile } from "../../lock/store.ts";
import { planAction } from "../../plan/diff.ts";
import { observeCurrent } from "../observe.ts";
import type { KnownContext } from "../operation.ts";
import { hashFiles } from "../record/run-record.ts";
import { pinsDigest, readUp, type UpRecord } from "../record/up-record.ts";
import { requireKnown } from "../require-known.ts";
import { readWorkspace } from "../workspace.ts";

/**
 * Make sure, without running the config, that the containers that are there are those that the last `up` made of the
 * config and the lock as they are now; one that is not there is no matter of this. Throws LOCK_MISSING, LOCK_STALE,
 * CONTAINER_STALE, WORKSPACE_UNKNOWN.
 */
export async function requireRecorded(context: KnownContext, names: readonly string[]): Promise<void> {
  const { engine, host, spec } = context;
  const { workspace } = await readWorkspace(spec.root);
  const observed = await observeCurrent(engine, workspace.id);
  for (const name of names) requireKnown(spec, name);
  const chosen = [...observed].filter(([name]) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) return;
  const lockfile = await readLockfile(spec.root);
  for (const [environment, container] of chosen) {
    const record = await readUp(host, spec.root, environment);
    if (record === undefined) throw devenvError("WORKSPACE_UNKNOWN", { environment });
    requirePins(environment, record, lockfile);
    const reasons = [...staleReasons(record, { container, lockfile }), ...(await changedFiles(spec.root, record))];
    if (reasons.length > 0) throw devenvError("CONTAINER_STALE", { environment, reasons });
  }
}

function requirePins(environment: string, { requests, plan }: UpRecord, lockfile: Lockfile | undefined): void {
  const { platform } = plan.image;
  const [first] = missingPins({ lockfile: lockfile ?? emptyLockfile, environment, platform }, requests);
  if (first === undefined) return;
  const { key, text } = first.request;
  if (lockfile === undefined) throw devenvError("LOCK_MISSING", { file: lockfileName, key, wanted: text });
  const lockedFor = pinnedPlatforms(lockfile, first.request);
  const details = { file: lockfileName, key, wanted: text, lockedAs: first.lockedAs, platform, lockedFor };
  throw devenvError("LOCK_STALE", details);
}

interface Case {
  readonly container: ContainerInfo;
  readonly lockfile: Lockfile | undefined;
}

function staleReasons({ plan, requests, pins }: UpRecord, { container, lockfile = emptyLockfile }: Case) {
  const action = planAction(plan, container);
  const now = pinsDigest({ lockfile, requests, platform: plan.image.platform });
  return [
    ...(action.kind === "replace" ? action.reasons : []),
    ...(now === pins ? [] : [`the pins in ${lockfileName} changed`]),
  ];
}

/** Whether what they say changed too is not known without running them. */
async function changedFiles(root: string, { files }: UpRecord): Promise<readonly string[]> {
  const now = await hashFiles(Object.keys(files));
  const changed = Object.keys(files).filter((file) => now[file] !== files[file]);
  return changed.map((file) => `\`${relative(root, file)}\` changed`);
}
