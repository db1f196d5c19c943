import { devenvError } from "../../errors.ts";
import { writeStreamAtomic } from "../../host/atomic-write.ts";
import { reasonOf } from "../../host/reason.ts";
import { imageArchive } from "../../host/saved-image/image-archive.ts";
import type { ImagePlan, Plan } from "../../plan/plan.ts";
import type { ImageArchive, OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { withCanonicalImage } from "./canonical.ts";

export interface WriteArchiveOptions {
  readonly plan: Plan;
  readonly image: ImagePlan;
  /** Absolute path; a file that is there gives way to the new one once that is whole. */
  readonly file: string;
}

/** Write an image that the engine has into a file, which every engine loads. Throws IMAGE_UNREADABLE, OUTPUT_UNWRITABLE. */
export function writeImageArchive(context: OperationContext, options: WriteArchiveOptions): Promise<ImageArchive> {
  const { image, file } = options;
  return runStep(context, { environment: image.environment, step: "content", text: "writing it to a file" }, () =>
    withCanonicalImage(context, options, async (canonical) => {
      const bytes = imageArchive({ image: canonical, reference: image.tag });
      const size = await write(file, bytes, context.signal);
      const { digest } = canonical.manifest;
      return { text: digest.slice(0, 19), value: { file, size, digest, config: canonical.config.digest } };
    }),
  );
}

async function write(file: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<number> {
  try {
    return await writeStreamAtomic(file, bytes, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw devenvError("OUTPUT_UNWRITABLE", { file, reason: reasonOf(error) }, error);
  }
}
