import { createReadStream } from "node:fs";
import { digestOf } from "../../digest.ts";
import type { ImageInfo } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { bootstrapTar } from "../../host/bootstrap.ts";
import type { LocalPin } from "../../lock/lockfile.ts";
import { baseClaimTag } from "../../plan/image-names.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { applyMirror, parseImageReference, printImageReference } from "../../spec/image-reference.ts";
import type { BootstrapBase, ReferenceBase } from "../../spec/spec.ts";
import { projectIdentity } from "../identity.ts";
import { bootstrapLines, resolveBootstrapBase } from "../lock/resolve-bootstrap-base.ts";
import type { OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { packagesFetcher } from "./bootstrap-package.ts";

/**
 * Have the base of an image in the engine, as it is locked: pull it, or make it from the packages of the
 * distribution's archive. Throws BASE_CHANGED for an image of the engine alone that is not the locked one.
 */
export async function ensureBase(context: OperationContext, image: ImagePlan): Promise<void> {
  const { base, baseTag, basePin } = image;
  if (base.kind === "environment") return;
  const present = await context.engine.images.inspect(baseTag);
  if (basePin !== undefined && "layers" in basePin) return requireLayers(image, basePin, present);
  if (present === undefined) await makeBase(context, image, base);
  const { id } = await projectIdentity(context);
  const claim = baseClaimTag({ project: context.spec.project, id }, baseTag);
  if (claim !== undefined && !present?.tags.includes(claim)) await context.engine.images.tag(baseTag, claim);
}

async function makeBase(
  context: OperationContext,
  image: ImagePlan,
  base: BootstrapBase | ReferenceBase,
): Promise<void> {
  const { environment } = image;
  if (base.kind === "bootstrap") {
    const text = `bootstrapping ${base.suite}`;
    await runStep(context, { environment, step: "base", text }, async () => {
      await bootstrap(context, image, base);
      return { text: `${base.suite} bootstrapped`, value: undefined };
    });
    return;
  }
  await runStep(context, { environment, step: "base", text: `pulling ${base.reference}` }, async () => {
    await pull(context, image, base);
    return { text: `${base.reference} pulled`, value: undefined };
  });
}

/** No registry has it: it is there, and the one that was locked, or nothing can be done. */
function requireLayers({ key, baseTag }: ImagePlan, { layers }: LocalPin, present: ImageInfo | undefined): void {
  if (present === undefined) {
    const reason = "it was locked as an image that only an engine has, and this engine does not have it";
    throw devenvError("IMAGE_NOT_FOUND", { reference: baseTag, reason });
  }
  const actual = digestOf(present.layers);
  if (actual === layers) return;
  const shown = { locked: layers.slice(0, 12), actual: actual.slice(0, 12) };
  throw devenvError("BASE_CHANGED", { key: `${key}.from`, reference: baseTag, ...shown });
}

/** Pulled by way of the mirror, the image gets its own name: a Dockerfile never says where it came from. */
async function pull(context: OperationContext, image: ImagePlan, { reference }: ReferenceBase): Promise<void> {
  const { engine, spec, signal, report } = context;
  const { baseTag, basePin, environment, platform } = image;
  const wanted = basePin !== undefined && "manifest" in basePin ? byDigest(reference, basePin.manifest) : reference;
  const source = applyMirror(wanted, spec.registries);
  const onProgress = (progress: { current: number; total: number }) =>
    report({ kind: "transfer", environment, step: "base", progress });
  await engine.images.pull(source, { platform, signal, onProgress });
  if (source !== baseTag) await engine.images.tag(source, baseTag);
}

function byDigest(reference: string, digest: string): string {
  const parsed = parseImageReference(reference);
  return parsed === undefined ? reference : printImageReference({ ...parsed, tag: undefined, digest });
}

async function bootstrap(context: OperationContext, image: ImagePlan, base: BootstrapBase): Promise<void> {
  const { host, engine, signal } = context;
  const { environment, platform, baseTag, basePin } = image;
  const isLocked = basePin !== undefined && "packages" in basePin;
  const packages = isLocked ? basePin.packages : await resolveBootstrapBase(context, { environment, base, platform });
  const fetchPackages = packagesFetcher(context, base, { environment, platform });
  const { suite } = base;
  const { file } = await bootstrapTar({
    suite,
    packages,
    platform,
    cacheDir: host.cacheDir,
    host,
    signal,
    onLine: bootstrapLines(context, environment),
    fetchPackages,
  });
  await engine.images.import(createReadStream(file), {
    tag: baseTag,
    platform,
    labels: { "devenv.base": `bootstrap:${suite}` },
    signal,
  });
}
