import { devenvError } from "../../errors.ts";
import { missingPins } from "../../lock/check.ts";
import { definitionsOf } from "../../lock/definitions.ts";
import { changedPlaces } from "../../lock/differences.ts";
import { emptyLockfile, type Lockfile, lockedEnvironment, lockfileName } from "../../lock/lockfile.ts";
import { notedTexts, pinnedPlatforms } from "../../lock/platforms.ts";
import { pinRequests } from "../../lock/requests.ts";
import { hasLeftovers, readLockfile, removeLeftovers, writeLockfile } from "../../lock/store.ts";
import type { Plan } from "../../plan/plan.ts";
import type { EnvironmentSpec, Spec } from "../../spec/spec.ts";
import { underLock } from "../lock.ts";
import type { OperationContext } from "../operation.ts";
import { planProject, platformsOf, selectEnvironments } from "../plan-project.ts";
import { runStep } from "../step.ts";
import { withBases } from "./with-bases.ts";

export interface PlanLockedOptions {
  /** Environments that have to be locked; empty: all. */
  readonly names: readonly string[];
  /** Never write the lock: a pin that is missing is an error. */
  readonly frozen?: boolean | undefined;
}

/** The plan, once everything that these environments ask for is pinned. Throws LOCK_MISSING, LOCK_STALE when frozen. */
export async function planLocked(context: OperationContext, options: PlanLockedOptions): Promise<Plan> {
  const { names, frozen } = options;
  if (frozen) await requireLock(context, names);
  else await tidyUp(context);
  const plan = await planProject(context);
  const stale = await staleEnvironments(context, plan, names);
  if (stale.length === 0) return plan;
  await underLock(context, () => lockMissing(context, stale));
  return planProject(context);
}

/** Names of those that ask for something that is not pinned, or that say something else than when they were locked. */
async function staleEnvironments(
  { spec }: OperationContext,
  plan: Plan,
  names: readonly string[],
): Promise<readonly string[]> {
  const lockfile = (await readLockfile(spec.root)) ?? emptyLockfile;
  const selected = selectEnvironments(plan.environments, names);
  const changed = withBases(
    spec,
    selected.map(({ name }) => name),
  ).filter((environment) => {
    const platform = plan.environments.find(({ name }) => name === environment.name)?.image.platform ?? "";
    return differencesOf(spec, environment, { lockfile, platform }).length > 0;
  });
  return [
    ...new Set([
      ...selected.filter(({ missing }) => missing.length > 0).map(({ name }) => name),
      ...changed.map(({ name }) => name),
    ]),
  ];
}

/** Frozen commands leave the project's folder as it is. */
async function tidyUp(context: OperationContext): Promise<void> {
  const { root } = context.spec;
  if (await hasLeftovers(root)) await underLock(context, () => removeLeftovers(root));
}

/** What another command locked while this one waited counts. */
async function lockMissing(context: OperationContext, names: readonly string[]): Promise<void> {
  const { root } = context.spec;
  const [environment = ""] = names;
  await runStep(context, { environment, step: "lock", text: "resolving" }, async () => {
    const { addPins } = await import("./add-pins.ts");
    const before = (await readLockfile(root)) ?? emptyLockfile;
    const lockfile = await addPins(context, { lockfile: before, environments: names, before, move: [] });
    await writeLockfile(root, lockfile);
    const { lockChanges } = await import("../../lock/changes.ts");
    const added = lockChanges(before, lockfile).length;
    const text = added === 0 ? `${lockfileName} says what the config does` : `${pins(added)} added to ${lockfileName}`;
    return { text, value: undefined };
  });
}

function pins(count: number): string {
  return count === 1 ? "1 pin" : `${count} pins`;
}

/**
 * Make sure that the lock answers everything that these environments, all when none is named, ask for, on
 * their platforms or on a wanted one where they are for any; nothing is downloaded. Throws LOCK_MISSING, LOCK_STALE with the first difference.
 */
export async function requireLock(context: OperationContext, names: readonly string[], wanted?: string): Promise<void> {
  const { spec } = context;
  const lockfile = await readLockfile(spec.root);
  const platforms = await platformsOf(context, wanted);
  const selected = selectEnvironments(spec.environments, names).map(({ name }) => name);
  for (const environment of withBases(spec, selected)) {
    const platform = platforms.get(environment.name) ?? "";
    const definitions = definitionsOf(environment);
    const query = { lockfile: lockfile ?? emptyLockfile, environment: environment.name, platform, definitions };
    const [first] = missingPins(query, pinRequests(spec, environment, platform));
    if (first === undefined) {
      if (wanted === undefined) refuseChanges(spec, environment, { lockfile: query.lockfile, platform });
      continue;
    }
    const { key, text } = first.request;
    if (lockfile === undefined) throw devenvError("LOCK_MISSING", { file: lockfileName, key, wanted: text });
    const lockedFor = pinnedPlatforms(lockfile, first.request);
    const details = { file: lockfileName, key, wanted: text, lockedAs: first.lockedAs, platform, lockedFor };
    throw devenvError("LOCK_STALE", details);
  }
}

interface LockedOn {
  readonly lockfile: Lockfile;
  readonly platform: string;
}

/** What the lock has pins for may yet be put together in another way than when it was locked. */
function refuseChanges(spec: Spec, environment: EnvironmentSpec, { lockfile, platform }: LockedOn): void {
  const [first] = differencesOf(spec, environment, { lockfile, platform });
  if (first === undefined) return;
  const { place, ...texts } = first;
  const key = `${environment.image.key}${place.slice("image".length)}`;
  throw devenvError("LOCK_STALE", { file: lockfileName, key, ...texts, platform, lockedFor: [] });
}

function differencesOf(spec: Spec, environment: EnvironmentSpec, { lockfile, platform }: LockedOn) {
  return changedPlaces(lockedEnvironment(lockfile, environment.name), notedTexts(spec, environment, platform));
}
