import { randomUUID } from "node:crypto";
import type { Engine } from "../engine/engine.ts";
import { devenvError, type SourcePlace } from "../errors.ts";
import { type ImageLock, type Lockfile, lockfileName } from "../lock/lockfile.ts";
import { readLockfile } from "../lock/store.ts";
import { compareContents, comparePlaces, configPlace, type PlaceDiff } from "../plan/content/compare.ts";
import type { ImageContent } from "../plan/content/content.ts";
import type { TreeDiff } from "../plan/content/diff.ts";
import type { ImagePlan, Plan } from "../plan/plan.ts";
import { keptContent, readContent } from "./image/content.ts";
import { ensureImage } from "./image/images.ts";
import type { OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";
import { runStep } from "./step.ts";

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
  /** Config key, as people find it in their config. */
  readonly key: string;
  readonly place: SourcePlace | undefined;
  /** Undefined where only the digests of the other side are known. */
  readonly diff: TreeDiff | undefined;
}

interface Verification {
  readonly plan: Plan;
  readonly image: ImagePlan;
  readonly against: Against;
  readonly lockfile: Lockfile | undefined;
}

/** Build images again without a cache, under names of their own, and compare what they hold. Throws VERIFY_NO_CONTENT, VERIFY_STALE. */
export async function verify(
  context: OperationContext,
  { names, against }: { readonly names: readonly string[]; readonly against: Against },
): Promise<VerifyResult> {
  const plan = await planProject(context);
  const lockfile = await readLockfile(context.spec.root);
  const verifications = selectEnvironments(plan.environments, names).map(
    ({ image }): Verification => ({ plan, image, against, lockfile }),
  );
  // before anything is built
  if (against.kind === "lock") for (const { image } of verifications) lockedImage(image, lockfile);
  const environments: VerifiedEnvironment[] = [];
  for (const verification of verifications) environments.push(await verifyImage(context, verification));
  return { project: plan.project, equal: environments.every(({ layers }) => layers.length === 0), environments };
}

async function verifyImage(context: OperationContext, verification: Verification): Promise<VerifiedEnvironment> {
  const { image, against } = verification;
  const given = against.kind === "image" ? await readContent(context, image, against.reference) : undefined;
  const fresh = await buildContent(context, verification);
  const places = given === undefined ? await compare(context, verification, fresh) : compareContents(given, fresh);
  const layers = places.map(async ({ key, diff }): Promise<LayerDiff> => {
    const fullKey = key === configPlace ? image.key : `${image.key}.${key}`;
    return { key: fullKey, place: await context.locate(fullKey), diff };
  });
  return { name: image.environment, content: fresh.content, layers: await Promise.all(layers) };
}

async function compare(
  context: OperationContext,
  verification: Verification,
  fresh: ImageContent,
): Promise<readonly PlaceDiff[]> {
  const { image, against, lockfile } = verification;
  if (against.kind === "engine") {
    return compareContents(await buildContent(elsewhere(context, against.engine), verification), fresh);
  }
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

function lockedImage({ environment, platform, fingerprint }: ImagePlan, lockfile: Lockfile | undefined): ImageLock {
  const locked = lockfile?.environments[environment]?.images[platform];
  const file = lockfileName;
  if (locked === undefined) throw devenvError("VERIFY_NO_CONTENT", { environment, platform, file });
  if (locked.fingerprint === fingerprint) return locked;
  const short = (digest: string) => digest.slice(0, 12);
  const details = { environment, locked: short(locked.fingerprint), fingerprint: short(fingerprint), file };
  throw devenvError("VERIFY_STALE", details);
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

/** Build under a name that nothing else uses, which is gone afterwards, whatever happens. */
async function buildContent(context: OperationContext, { plan, image }: Verification): Promise<ImageContent> {
  const { engine } = context;
  const temporary = { ...image, tag: image.tag.replace(/:[^:/]*$/, `:verify-${randomUUID().slice(0, 8)}`) };
  try {
    await ensureImage(context, { plan, image: temporary, noCache: true });
    const { environment } = image;
    return await runStep(context, { environment, step: "content", text: "reading what it holds" }, async () => {
      const value = await readContent(context, image, temporary.tag);
      return { text: `content ${value.content.slice(0, 12)}`, value };
    });
  } finally {
    await engine.images.remove(temporary.tag);
  }
}

/** The steps of the other engine would stand below the same names. */
function elsewhere(context: OperationContext, engine: Engine): OperationContext {
  const report: OperationContext["report"] = (event) => {
    if (event.kind === "warning") context.report(event);
  };
  return { ...context, engine, report };
}
