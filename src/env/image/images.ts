import { rm } from "node:fs/promises";
import { sep } from "node:path";
import { digestOf } from "../../digest.ts";
import type { BuildFailure, BuildRequest, Engine, ImageInfo } from "../../engine/engine.ts";
import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import { comparePaths } from "../../host/path-order.ts";
import { proxyPasswords } from "../../host/proxy-passwords.ts";
import { buildTrustScript, readHostTrust } from "../../host/trust.ts";
import { dockerfileOn, needsBaseUser } from "../../plan/base-user.ts";
import { hostSecret } from "../../plan/build-script.ts";
import { copiedByChance } from "../../plan/copied-by-chance.ts";
import { failedCopy } from "../../plan/copy-script.ts";
import { originAt } from "../../plan/origins.ts";
import type { ContextEntry, ImagePlan, LineOrigin, Plan } from "../../plan/plan.ts";
import { stepTitle, withoutPrelude } from "../../plan/step-title.ts";
import { dockerfileSteps } from "../../plan/steps.ts";
import { openSecrets } from "../container/secrets.ts";
import { tellFullDisk } from "../full-disk.ts";
import type { OperationContext, StepName } from "../operation.ts";
import { runStep } from "../step.ts";
import { archiveEntries } from "./archives.ts";
import { ensureBase } from "./base.ts";
import { claimImage, withReplaced } from "./claim.ts";
import { rememberInputs } from "./known-inputs.ts";
import { packageEntries } from "./packages.ts";
import { requireRunNetwork } from "./run-network.ts";

export interface EnsureImageOptions {
  readonly plan: Plan;
  readonly image: ImagePlan;
  readonly noCache?: boolean | undefined;
  /** What it is built on is in the engine already. */
  readonly hasBase?: boolean | undefined;
}

export interface EnsuredImage {
  readonly action: "reused" | "built";
  readonly info: ImageInfo & { readonly tag: string };
}

/** Have an image in the engine; the fingerprint in its tag says whether it is there, so an unchanged one is never built. */
export async function ensureImage(context: OperationContext, options: EnsureImageOptions): Promise<EnsuredImage> {
  const { image, noCache, hasBase } = options;
  const { environment, tag } = image;
  const found = await context.engine.images.inspect(tag);
  if (found !== undefined && !noCache) {
    await claimImage(context, image, found);
    const text = `${shortTag(image)}  reused`;
    await runStep(context, { environment, step: "image", text }, async () => ({ text, value: undefined }));
    await rememberInputs(context.host, options.plan, image);
    return { action: "reused", info: { ...found, tag } };
  }
  await requireRunNetwork(context, image);
  return tellFullDisk(context.engine, { watch: true }, async () => {
    if (!hasBase) await ensureBaseImage(context, options);
    return withReplaced(context, { image, found }, async () => {
      const made = await makeImage(context, options);
      await claimImage(context, image, made.info);
      return made;
    });
  });
}

function makeImage(context: OperationContext, options: EnsureImageOptions): Promise<EnsuredImage> {
  const { image } = options;
  const { environment, tag } = image;
  return runStep(context, { environment, step: "image", text: `building ${shortTag(image)}` }, async () => {
    await buildImage(context, { ...options, step: "image" });
    await rememberInputs(context.host, options.plan, image);
    const info = await context.engine.images.inspect(tag);
    if (info === undefined) throw new Error(`the engine built ${tag} and does not have it`);
    return { text: `${shortTag(image)}  built`, value: { action: "built", info: { ...info, tag } } };
  });
}

/** `shop/dev:3f9a1c27e0b4`: the tag as people read it. */
export function shortTag({ tag, fingerprint }: Pick<ImagePlan, "tag" | "fingerprint">): string {
  return tag.replace(/^localhost\//, "").replace(fingerprint, fingerprint.slice(0, 12));
}

/** Have what an image is built on in the engine. */
export async function ensureBaseImage(
  context: OperationContext,
  { plan, image }: Pick<EnsureImageOptions, "plan" | "image">,
): Promise<void> {
  const { base } = image;
  if (base.kind !== "environment") return ensureBase(context, image);
  const basePlan = plan.environments.find(({ name }) => name === base.environment);
  if (basePlan !== undefined) await ensureImage(context, { plan, image: basePlan.image });
}

export interface BuildImageOptions extends EnsureImageOptions {
  /** The step that runs. */
  readonly step: StepName;
}

/** Build an image on a base that is there; a failure is told with its place in the config. */
export async function buildImage(context: OperationContext, options: BuildImageOptions): Promise<void> {
  const { plan, image, step } = options;
  const { engine, host, report, signal } = context;
  const [check, marks] =
    image.secrets.length === 0 ? [] : await Promise.all([import("./refuse-secrets.ts"), import("./given-marks.ts")]);
  warnOfCopies(context, image);
  const trust = await readHostTrust(host);
  context.redaction?.add(proxyPasswords(trust.proxies));
  const secrets = await openSecrets(context, image.secrets);
  const isStale = await marks?.noteGiven(context, { image, values: secrets.values });
  const request = async (): Promise<BuildRequest> => ({
    dockerfile: needsBaseUser(image) ? dockerfileOn(image, await userOf(engine, image.baseTag)) : image.dockerfile,
    context: await contextOf(context, image),
    tag: check?.uncheckedName(image) ?? image.tag,
    platform: image.platform,
    labels: image.labels,
    contextKey: digestOf([plan.workspace.id, image.environment]),
    secrets: { [hostSecret]: Buffer.from(buildTrustScript(trust)), ...Object.fromEntries(secrets.values) },
    buildArgs: trust.proxies,
    noCache: options.noCache || isStale,
    signal,
    onEvent: (event) => report({ kind: "build", environment: image.environment, step, event }),
  });
  try {
    await withWholeCache(host, async () => engine.images.build(await request()));
  } catch (error) {
    if (!isDevenvError(error, "IMAGE_BUILD_FAILED")) throw error;
    throw await explainFailure(context, image, error.details as BuildFailure);
  }
  await check?.acceptImage(context, { image, values: secrets.values });
}

async function contextOf(context: OperationContext, image: ImagePlan): Promise<readonly ContextEntry[]> {
  const archives = await archiveEntries(context, image);
  const packages = await packageEntries(context, image);
  return [...image.context, ...archives, ...packages].sort((a, b) => comparePaths(a.path, b.path));
}

/** The engine gets nothing but what was planned; what of that was changed in the cache is had anew, once. */
async function withWholeCache(host: Host, build: () => Promise<void>): Promise<void> {
  try {
    await build();
  } catch (error) {
    const file = isDevenvError(error, "CONTEXT_CHANGED") ? (error.details as { readonly path: string }).path : "";
    if (!file.startsWith(`${host.cacheDir}${sep}`)) throw error;
    await rm(file, { force: true });
    await build();
  }
}

function warnOfCopies({ report, spec }: OperationContext, image: ImagePlan): void {
  const { environment } = image;
  const envFiles = spec.environments.flatMap((one) => one.envFiles);
  for (const { key, paths } of copiedByChance(image, envFiles)) {
    const names = paths.map((path) => `\`${path}\``).join(", ");
    const text = `\`${key}\` copies ${names} into the image; to leave it out, add to \`.dockerignore\` the line ${names.replaceAll(", ", " and the line ")}`;
    report({ kind: "warning", environment, text });
  }
}

/** A base that is not there is for the build to tell. */
async function userOf({ images }: Engine, reference: string): Promise<string> {
  return (await images.inspect(reference))?.user ?? "";
}

/** Add the Dockerfile line, the config key and its place in the user's file to the engine's account of a failed build. */
async function explainFailure(
  context: OperationContext,
  image: ImagePlan,
  failure: BuildFailure,
): Promise<DevenvError> {
  const steps = dockerfileSteps(image.dockerfile);
  const isKnown = failure.number?.total === steps.length;
  const line = isKnown ? steps[(failure.number?.index ?? 0) - 1]?.line : undefined;
  const copy = failedCopy(failure.output.at(-1) ?? "");
  const output = copy === undefined ? failure.output : failure.output.slice(0, -1);
  const key = line === undefined ? undefined : failedKey(originAt(image.origins, line), copy);
  const configPlace = key === undefined ? undefined : await context.locate(key);
  const step = failure.step === undefined ? undefined : stepTitle(failure.step);
  const reason = withoutPrelude(failure.reason);
  const place = { dockerfileLine: line, key, configPlace };
  const details = { ...failure, ...place, output, tag: shortTag(image), step, reason };
  return devenvError("IMAGE_BUILD_FAILED", details);
}

/** Of the copy, counted from 1, or of what comes after the copies. */
function failedKey(origin: LineOrigin | undefined, copy: number | undefined): string | undefined {
  return (copy === undefined ? undefined : origin?.copies?.[copy - 1]) ?? origin?.key;
}
