import { digestOf } from "../../digest.ts";
import type { ImageInfo } from "../../engine/engine.ts";
import { devenvError, isDevenvError } from "../../errors.ts";
import { resolveManifest } from "../../host/registry/resolve-manifest.ts";
import type { BaseLock } from "../../lock/lockfile.ts";
import { applyMirror, parseImageReference } from "../../spec/image-reference.ts";
import type { ReferenceBase } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";

/**
 * What an image reference is pinned to. One of a registry for all its platforms at once; one that only the
 * engine has for its own. The network is not asked for what the engine knows to be of no registry.
 * Throws IMAGE_NOT_FOUND, IMAGE_PLATFORM_MISSING, REGISTRY_DENIED, REGISTRY_UNREACHABLE, REGISTRY_FAILED.
 */
export async function resolveBase(
  context: OperationContext,
  { reference }: ReferenceBase,
  platform: string,
): Promise<BaseLock> {
  const present = await context.engine.images.inspect(reference);
  const hasNoRegistry = parseImageReference(reference)?.registry === "localhost";
  // some engines give digests to what no registry has
  const isLocal = hasNoRegistry || present?.digests.length === 0;
  if (present?.platform === platform && isLocal) return localLock(present);
  if (hasNoRegistry) {
    throw present === undefined
      ? devenvError("IMAGE_NOT_FOUND", { reference, reason: "the engine does not have it, and no registry can" })
      : devenvError("IMAGE_PLATFORM_MISSING", { reference, platform, known: [present.platform] });
  }
  try {
    return await askRegistry(context, reference, platform);
  } catch (error) {
    if (present?.platform !== platform || !isDevenvError(error) || !(await mayBeLocal(context))) throw error;
    context.report({ kind: "warning", text: `${error.message}; it is pinned to the image that the engine has` });
    return localLock(present);
  }
}

/** On these engines an image has digests also when no registry has it. */
async function mayBeLocal({ engine }: OperationContext): Promise<boolean> {
  const { product, store } = await engine.info();
  return product === "podman" || store === "containerd";
}

function localLock({ layers, platform }: ImageInfo): BaseLock {
  return { platforms: { [platform]: { layers: digestOf(layers) } } };
}

/** By way of the mirror, of which the pin says nothing: a digest is the same wherever it is. */
async function askRegistry(context: OperationContext, reference: string, platform: string): Promise<BaseLock> {
  const { host, spec, signal } = context;
  const parsed = parseImageReference(applyMirror(reference, spec.registries));
  if (parsed === undefined) throw devenvError("IMAGE_NOT_FOUND", { reference, reason: "it is not a valid reference" });
  const { index, platforms } = await resolveManifest({ host, reference: parsed, signal });
  const known = Object.keys(platforms);
  if (!known.includes(platform)) throw devenvError("IMAGE_PLATFORM_MISSING", { reference, platform, known });
  const pins = Object.fromEntries(Object.entries(platforms).map(([name, manifest]) => [name, { manifest }]));
  return index === undefined ? { platforms: pins } : { index, platforms: pins };
}
