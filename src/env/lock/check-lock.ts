import { devenvError } from "../../errors.ts";
import { lockChanges } from "../../lock/changes.ts";
import { removeUnused } from "../../lock/edit.ts";
import { emptyLockfile, type Lockfile, lockedEnvironment, lockfileName } from "../../lock/lockfile.ts";
import { requestedArchives } from "../../lock/requested-archives.ts";
import { readLockfile } from "../../lock/store.ts";
import type { Plan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { planProject } from "../plan-project.ts";
import { changedKeys } from "./changed-keys.ts";
import { requireLock } from "./plan-locked.ts";

/** What `lock --check --json` prints. */
export interface LockCheck {
  readonly project: string;
  readonly file: string;
  readonly upToDate: true;
}

/**
 * Whether `devenv lock` would leave the lock as it is, and whether these platforms are locked; no network.
 * Throws LOCK_MISSING, LOCK_STALE, LOCK_OUTDATED.
 */
export async function checkLock(context: OperationContext, platforms: readonly string[] = []): Promise<LockCheck> {
  const { spec } = context;
  await requireLock(context, []);
  for (const platform of platforms) await requireLock(context, [], platform);
  const lockfile = (await readLockfile(spec.root)) ?? emptyLockfile;
  const plan = await planProject(context, lockfile);
  const differences = [...unusedPins(context, lockfile, plan), ...unnotedImages(context, plan, lockfile)];
  if (differences.length > 0) throw devenvError("LOCK_OUTDATED", { file: lockfileName, differences });
  return { project: spec.project, file: lockfileName, upToDate: true };
}

function unusedPins({ spec }: OperationContext, lockfile: Lockfile, { environments }: Plan): readonly string[] {
  const requests = new Map(environments.map((environment) => [environment.name, environment.requests]));
  const tidy = removeUnused(lockfile, requests, requestedArchives(spec));
  return lockChanges(lockfile, tidy).map(({ name }) => `\`${name}\` is locked and nothing asks for it`);
}

/** With the config keys that made an image another one, where the lock tells them. */
function unnotedImages({ spec }: OperationContext, { environments }: Plan, lockfile: Lockfile): readonly string[] {
  return environments.flatMap(({ name, image }) => {
    const noted = lockedEnvironment(lockfile, name)?.images[image.platform];
    if (noted?.fingerprint === image.fingerprint) return [];
    const keys = noted === undefined ? [] : changedKeys(spec, image, lockfile);
    if (keys.length > 0) return keys.map((key) => `\`${key}\` changed since the image was locked`);
    const state = noted === undefined ? "is not noted" : "was built from other inputs";
    return [`\`${image.key}\`: the content of its image for \`${image.platform}\` ${state}`];
  });
}
