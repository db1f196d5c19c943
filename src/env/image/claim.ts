import type { ImageInfo } from "../../engine/engine.ts";
import { isDevenvError } from "../../errors.ts";
import { claimTag, replacedTag } from "../../plan/image-names.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { projectIdentity } from "../identity.ts";
import type { OperationContext } from "../operation.ts";

/** Note in the engine that this project uses an image, which others that describe the same may use too. */
export async function claimImage(
  context: OperationContext,
  image: ImagePlan,
  { tags }: Pick<ImageInfo, "tags">,
): Promise<void> {
  // a name of its own for a while: not the image that the environment is made of
  if (!image.tag.endsWith(`:${image.fingerprint}`)) return;
  const { id } = await projectIdentity(context);
  const claim = claimTag({ project: context.spec.project, id }, image);
  if (!tags.includes(claim)) await context.engine.images.tag(image.tag, claim);
}

interface Replaced {
  readonly image: ImagePlan;
  /** What has the image's name now. */
  readonly found: ImageInfo | undefined;
}

/** An image that is built anew leaves the one before without a name, and nameless images may be anybody's: it is given one. */
export async function withReplaced<Result>(
  context: OperationContext,
  { image, found }: Replaced,
  build: () => Promise<Result>,
): Promise<Result> {
  if (found === undefined) return build();
  const { images } = context.engine;
  const { id } = await projectIdentity(context);
  const name = replacedTag({ project: context.spec.project, id }, image.environment, found.id);
  await images.tag(image.tag, name);
  try {
    return await build();
  } finally {
    await images.remove(name).catch((error: unknown) => {
      // a container runs on it: `prune` finds it later
      if (!isDevenvError(error, "IMAGE_IN_USE")) throw error;
    });
  }
}
