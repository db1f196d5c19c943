import { devenvError } from "../../errors.ts";
import { type LockChange, lockChanges } from "../../lock/changes.ts";
import { addImage, removeUnused } from "../../lock/edit.ts";
import { emptyLockfile, type Lockfile, lockedEnvironment, lockfileName } from "../../lock/lockfile.ts";
import { lockedPlatforms } from "../../lock/platforms.ts";
import { type Release, releasableNames, releaseAll, releaseNamed } from "../../lock/release.ts";
import { requestedArchives } from "../../lock/requested-archives.ts";
import { readMergedLockfile, removeLeftovers, writeLockfile } from "../../lock/store.ts";
import type { EnvironmentPlan, Plan } from "../../plan/plan.ts";
import { ensureContent } from "../image/content.ts";
import { ensureImage } from "../image/images.ts";
import { underLock } from "../lock.ts";
import type { OperationContext } from "../operation.ts";
import { planProject } from "../plan-project.ts";
import { addPins } from "./add-pins.ts";
import { copiedFiles } from "./changed-keys.ts";
import { addOtherPlatforms } from "./other-platforms.ts";

export interface LockOptions {
  /** Names of what may move, none: everything; undefined: nothing moves. */
  readonly update?: readonly string[] | undefined;
  /** Platforms to lock for beside those that are locked already; they need not run here. */
  readonly platforms?: readonly string[] | undefined;
}

/** What `lock --json` prints. */
export interface LockResult {
  readonly project: string;
  readonly file: string;
  readonly written: boolean;
  readonly changes: readonly LockChange[];
}

/**
 * Pin what is not pinned, and what may move anew; build every image and note what it holds. The lock is
 * written when all of it went well.
 */
export function lock(context: OperationContext, { update, platforms = [] }: LockOptions): Promise<LockResult> {
  return underLock(context, async () => {
    const { root, project } = context.spec;
    await removeLeftovers(root);
    const before = (await readMergedLockfile(root)) ?? emptyLockfile;
    const plan = await planProject(context, before);
    const release = update === undefined ? keepAll(before) : releaseFor(context, { before, plan, names: update });
    const environments = plan.environments.map(({ name }) => name);
    const move = release.packages;
    const options = { before, environments, move, refresh: update !== undefined };
    const pinned = await addPins(context, { ...options, lockfile: release.lockfile });
    const all = await addOtherPlatforms(context, { ...options, lockfile: pinned, platforms });
    const lockfile = await addImages(context, tidy(context, all, plan));
    const written = await writeLockfile(root, lockfile);
    return { project, file: lockfileName, written, changes: lockChanges(before, lockfile) };
  });
}

function keepAll(lockfile: Lockfile): Release {
  return { lockfile, packages: [], unknown: [] };
}

interface ReleaseOptions {
  readonly before: Lockfile;
  readonly plan: Plan;
  readonly names: readonly string[];
}

/** For each platform that the environments are built for, or locked for without being built here. */
function releaseFor({ spec }: OperationContext, { before, plan, names }: ReleaseOptions): Release {
  const others = spec.environments.flatMap((environment) => lockedPlatforms(spec, before, environment));
  const platforms = [...new Set([...plan.environments.map(({ image }) => image.platform), ...others])];
  const archives = [...requestedArchives(spec)];
  const releaseOn = (lockfile: Lockfile, platform: string) =>
    names.length === 0 ? releaseAll(lockfile, platform, archives) : releaseNamed(lockfile, names, platform);
  const releases = platforms.map((platform) => releaseOn(before, platform));
  const unknown = names.filter((name) => releases.every((release) => release.unknown.includes(name)));
  if (unknown.length > 0) throw unknownNames(before, unknown);
  const lockfile = platforms.reduce((left, platform) => releaseOn(left, platform).lockfile, before);
  return { lockfile, packages: names.length === 0 ? undefined : names, unknown: [] };
}

function unknownNames(lockfile: Lockfile, names: readonly string[]) {
  const known = releasableNames(lockfile);
  const similar = known.filter((one) => names.some((name) => one.includes(name) || name.includes(one))).slice(0, 3);
  return devenvError("LOCK_NAME_UNKNOWN", { names, similar });
}

/** Without what the config does not ask for any more. */
function tidy({ spec }: OperationContext, lockfile: Lockfile, plan: Plan): Lockfile {
  const requests = new Map(plan.environments.map((environment) => [environment.name, environment.requests]));
  return removeUnused(lockfile, requests, requestedArchives(spec));
}

async function addImages(context: OperationContext, pinned: Lockfile): Promise<Lockfile> {
  const plan = await planProject(context, pinned);
  let lockfile = pinned;
  for (const { name, image } of plan.environments) {
    if (isNoted(lockfile, { name, image })) continue;
    await ensureImage(context, { plan, image });
    const content = await ensureContent(context, image);
    lockfile = addImage(lockfile, {
      environment: name,
      platform: image.platform,
      image: content,
      files: copiedFiles(image),
    });
  }
  return lockfile;
}

/** What an image holds depends on its inputs alone. */
function isNoted(lockfile: Lockfile, { name, image }: Pick<EnvironmentPlan, "name" | "image">): boolean {
  return lockedEnvironment(lockfile, name)?.images[image.platform]?.fingerprint === image.fingerprint;
}
