import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { digestOf, type Sha256 } from "../../digest.ts";
import { devenvError } from "../../errors.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { errnoOf, reasonOf } from "../../host/reason.ts";
import type { SavedImage } from "../../host/saved-image/entry.ts";
import { readSavedImage } from "../../host/saved-image/read-image.ts";
import type { Spool } from "../../host/saved-image/spool.ts";
import type { ImageLock } from "../../lock/lockfile.ts";
import { type ImageContent, imageContent } from "../../plan/content/content.ts";
import { toldBaseLayers } from "../../plan/content/places.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { dockerfileSteps } from "../../plan/steps.ts";
import type { OperationContext } from "../operation.ts";

/** Counts up when what is read of an image changes. */
const readVersion = 2;

type ContentContext = Pick<OperationContext, "engine" | "host" | "signal">;

/**
 * The content fingerprint of an image that the engine has, as the lock writes it. What the image holds is kept
 * in the cache, so that a later comparison can name files. Throws IMAGE_UNREADABLE.
 */
export async function ensureContent(
  context: ContentContext,
  image: ImagePlan,
  reference: string = image.tag,
): Promise<ImageLock> {
  const { content, layers } = await readContent(context, image, reference);
  return {
    fingerprint: image.fingerprint,
    content,
    layers: layers.map(({ key, content: digest }) => ({ key, content: digest })),
  };
}

/** What an image of the engine holds, as its plan divides it into places; read from the engine once. */
export async function readContent(
  context: ContentContext,
  image: ImagePlan,
  reference: string = image.tag,
): Promise<ImageContent> {
  const { engine, host } = context;
  const info = await engine.images.inspect(reference);
  if (info === undefined) throw unreadable(reference, "the engine does not have it");
  const baseLayers = await countBaseLayers(context, image, info.layers);
  const read = digestOf([readVersion, info.id, info.layers, baseLayers, image.dockerfile, image.origins]);
  const known = await readFile(indexPath(host.cacheDir, read), "utf8").catch(() => undefined);
  const kept = known === undefined ? undefined : await keptContent(context, known);
  if (kept !== undefined) return kept;
  const saved = await readSaved(context, reference);
  // a loaded image in canonical form may have other layers than what its base is here
  const content = imageContent(image, saved, toldBaseLayers(image, saved.config) ?? baseLayers);
  await keep(context, content);
  await writeFileAtomic(indexPath(host.cacheDir, read), content.content);
  return content;
}

/** What an image with that content fingerprint holds, where it was read on this machine before. */
export async function keptContent({ host }: ContentContext, content: Sha256): Promise<ImageContent | undefined> {
  try {
    const text = await promisify(gunzip)(await readFile(contentPath(host.cacheDir, content)));
    return JSON.parse(text.toString());
  } catch {
    // what is not there, or is damaged, is read again
    return undefined;
  }
}

async function keep({ host }: ContentContext, content: ImageContent): Promise<void> {
  const bytes = await promisify(gzip)(JSON.stringify(content));
  await writeFileAtomic(contentPath(host.cacheDir, content.content), bytes);
}

function contentPath(cacheDir: string, content: Sha256): string {
  return join(cacheDir, "content", `${content}.json.gz`);
}

function indexPath(cacheDir: string, read: Sha256): string {
  return join(cacheDir, "content", "images", read);
}

/** An image as the engine saves it; its layers go into the spool where there is one. Throws IMAGE_UNREADABLE. */
export async function readSaved(
  { engine, signal }: ContentContext,
  reference: string,
  spool?: Spool,
): Promise<SavedImage> {
  const tar = await engine.images.save(reference, { signal });
  try {
    return await readSavedImage(tar, { spool, signal });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (errnoOf(error) === "ENOSPC") throw error;
    throw unreadable(reference, reasonOf(error), error);
  } finally {
    tar.destroy();
  }
}

/** Those of the base where the engine still has it and the image stands on it, else those that no step made. */
export async function countBaseLayers(
  { engine }: Pick<ContentContext, "engine">,
  image: Pick<ImagePlan, "baseTag" | "dockerfile">,
  layers: readonly string[],
): Promise<number> {
  const base = await engine.images.inspect(image.baseTag);
  if (base?.layers.every((layer, index) => layers[index] === layer)) return base.layers.length;
  const steps = dockerfileSteps(image.dockerfile).length - 1;
  return Math.max(layers.length - steps, 0);
}

export function unreadable(reference: string, reason: string, cause?: unknown) {
  return devenvError("IMAGE_UNREADABLE", { reference, reason }, cause);
}
