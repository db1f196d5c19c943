import type { Engine } from "../engine/engine.ts";
import { devenvError, type SourcePlace } from "../errors.ts";
import { emptyLockfile, type ImageLock, type Lockfile, lockedEnvironment, lockfileName } from "../lock/lockfile.ts";
import { readLockfile } from "../lock/store.ts";
import { compareContents, comparePlaces, configPlace, type PlaceDiff } from "../plan/content/compare.ts";
import type { ImageContent } from "../plan/content/content.ts";
import type { TreeDiff } from "../plan/content/diff.ts";
import { keysAt } from "../plan/content/places.ts";
import type { ImagePlan, Plan } from "../plan/plan.ts";
import { keptContent, readContent } from "./image/content.ts";
import { type FreshImages, openFreshImages } from "./image/fresh-images.ts";
import { changedKeys } from "./lock/changed-keys.ts";
import { withBases } from "./lock/with-bases.ts";
import type { OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";

/** What a fresh build is compared with. */
export type Against =
  | { readonly kind: "lock" }
  | { readonly kind: "image"; readonly reference: string }
  /** Another engine, which builds the same. */
  | { readonly kind: "engine"; readonly engine: Engine };

export interface VerifyResult {
  readonly project: string;
  readonly equal: boolean;
  readonly environments: readonly VerifiedEnvironment[];
}

export interface VerifiedEnvironment {
  readonly name: string;
  /** Content fingerprint of the fresh build. */
  readonly content: string;
  readonly layers: readonly LayerDiff[];
}

export interface LayerDiff {
  /** Config key, as people find it in their config; several of layers that one step made: `image.layers[1], image.layers[2]`. */
  readonly key: string;
  /** Of the first. */
  readonly place: SourcePlace | undefined;
  /** Undefined where only the digests of the other side are known. */
  readonly diff: TreeDiff | undefined;
}

interface Verification {
  readonly image: ImagePlan;
  readonly against: Against;
  readonly lockfile: Lockfile | undefined;
  readonly here: FreshImages;
  /** On the engine to compare with. */
  readonly there: FreshImages | undefined;
}

/**
 * Build images again without a cache, under names of their own, and compare what they hold. The environments
 * that they build on are built and compared too. Throws VERIFY_NO_CONTENT, VERIFY_STALE.
 */
export async function verify(
  context: OperationContext,
  { names, against }: { readonly names: readonly string[]; readonly against: Against },
): Promise<VerifyResult> {
  const plan = await planProject(context);
  const lockfile = await readLockfile(context.spec.root);
  const images = imagesToVerify(context, { plan, names, against });
  // before anything is built
  if (against.kind === "lock") for (const image of images) requireFresh(context, image, lockfile);
  const here = openFreshImages(context, plan);
  const there = against.kind === "engine" ? openFreshImages(elsewhere(context, against.engine), plan) : undefined;
  const environments: VerifiedEnvironment[] = [];
  try {
    for (const image of images)
      environments.push(await verifyImage(context, { image, against, lockfile, here, there }));
  } finally {
    await here.remove();
    await there?.remove();
  }
  return { project: plan.project, equal: environments.every(({ layers }) => layers.length === 0), environments };
}

/** An image that is given is that of the named environment alone. */
function imagesToVerify(
  { spec }: OperationContext,
  { plan, names, against }: { readonly plan: Plan; readonly names: readonly string[]; readonly against: Against },
): readonly ImagePlan[] {
  const selected = selectEnvironments(plan.environments, names);
  if (against.kind === "image") return selected.map(({ image }) => image);
  const wanted = withBases(
    spec,
    selected.map(({ name }) => name),
  );
  return wanted.flatMap(({ name }) => plan.environments.filter((one) => one.name === name).map(({ image }) => image));
}

async function verifyImage(context: OperationContext, verification: Verification): Promise<VerifiedEnvironment> {
  const { image, against, here } = verification;
  const given = against.kind === "image" ? await readContent(context, image, against.reference) : undefined;
  const fresh = await here.contentOf(image.environment);
  const places = given === undefined ? await compare(context, verification, fresh) : compareContents(given, fresh);
  const layers = places.map(async ({ key, diff }): Promise<LayerDiff> => {
    const keys = key === configPlace ? [image.key] : keysAt(image, key);
    return { key: keys.join(", "), place: await context.locate(keys[0] ?? image.key), diff };
  });
  return { name: image.environment, content: fresh.content, layers: await Promise.all(layers) };
}

async function compare(
  context: OperationContext,
  { image, lockfile, there }: Verification,
  fresh: ImageContent,
): Promise<readonly PlaceDiff[]> {
  if (there !== undefined) return compareContents(await there.contentOf(image.environment), fresh);
  const locked = lockedImage(image, lockfile);
  if (locked.content === fresh.content) return [];
  const known = await lockedContent(context, image, locked);
  const places = known === undefined ? [] : compareContents(known, fresh);
  return places.length === 0 ? compareDigests(locked, fresh) : places;
}

/** Where no layer differs, it is the image's config that does. */
function compareDigests(locked: ImageLock, fresh: ImageContent): readonly PlaceDiff[] {
  const keys = comparePlaces(locked, fresh);
  return (keys.length === 0 ? [configPlace] : keys).map((key) => ({ key, diff: undefined }));
}

function requireFresh({ spec }: OperationContext, image: ImagePlan, lockfile: Lockfile | undefined): void {
  const { environment, fingerprint } = image;
  const locked = lockedImage(image, lockfile);
  if (locked.fingerprint === fingerprint) return;
  const short = (digest: string) => digest.slice(0, 12);
  throw devenvError("VERIFY_STALE", {
    environment,
    locked: short(locked.fingerprint),
    fingerprint: short(fingerprint),
    file: lockfileName,
    keys: changedKeys(spec, image, lockfile ?? emptyLockfile),
  });
}

function lockedImage({ environment, platform }: ImagePlan, lockfile: Lockfile | undefined): ImageLock {
  const locked = lockedEnvironment(lockfile ?? emptyLockfile, environment)?.images[platform];
  if (locked !== undefined) return locked;
  throw devenvError("VERIFY_NO_CONTENT", { environment, platform, file: lockfileName });
}

/** What the locked image holds: as it was read when it was locked, or from that image where the engine has it. */
async function lockedContent(
  context: OperationContext,
  image: ImagePlan,
  locked: ImageLock,
): Promise<ImageContent | undefined> {
  const kept = await keptContent(context, locked.content);
  if (kept !== undefined) return kept;
  if ((await context.engine.images.inspect(image.tag)) === undefined) return undefined;
  const present = await readContent(context, image);
  return present.content === locked.content ? present : undefined;
}

/** The steps of the other engine would stand below the same names. */
function elsewhere(context: OperationContext, engine: Engine): OperationContext {
  const report: OperationContext["report"] = (event) => {
    if (event.kind === "warning") context.report(event);
  };
  return { ...context, engine, report };
}
