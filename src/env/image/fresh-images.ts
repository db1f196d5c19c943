import { randomUUID } from "node:crypto";
import type { ImageContent } from "../../plan/content/content.ts";
import type { ImagePlan, Plan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { readContent } from "./content.ts";
import { ensureImage } from "./images.ts";

/** Images built again without a cache, under names of their own. */
export interface FreshImages {
  /** What the image of an environment holds when it is built, and all that it is built on too; each is built once. */
  contentOf(environment: string): Promise<ImageContent>;
  remove(): Promise<void>;
}

interface FreshImage {
  readonly image: ImagePlan;
  readonly content: ImageContent;
}

export function openFreshImages(context: OperationContext, plan: Plan): FreshImages {
  const id = randomUUID().slice(0, 8);
  const tags: string[] = [];
  const built = new Map<string, FreshImage>();
  const make = async (environment: string): Promise<FreshImage> => {
    const known = built.get(environment);
    if (known !== undefined) return known;
    const planned = plan.environments.find(({ name }) => name === environment)?.image;
    if (planned === undefined) throw new Error(`environment ${environment} was not planned`);
    const { base } = planned;
    const below = base.kind === "environment" ? await make(base.environment) : undefined;
    const image = renamed(planned, id, below?.image.tag);
    tags.unshift(image.tag);
    await ensureImage(context, { plan, image, noCache: true, hasBase: below !== undefined });
    const fresh = { image, content: await read(context, image) };
    built.set(environment, fresh);
    return fresh;
  };
  return {
    contentOf: async (environment) => (await make(environment)).content,
    remove: async () => {
      for (const tag of tags) await context.engine.images.remove(tag);
    },
  };
}

/** The image under another name, and on the base environment's image of that name. */
function renamed(image: ImagePlan, id: string, baseTag: string = image.baseTag): ImagePlan {
  const dockerfile = image.dockerfile.replace(`FROM ${image.baseTag}\n`, `FROM ${baseTag}\n`);
  return { ...image, dockerfile, baseTag, tag: image.tag.replace(/:[^:/]*$/, `:verify-${id}`) };
}

function read(context: OperationContext, image: ImagePlan): Promise<ImageContent> {
  const { environment } = image;
  return runStep(context, { environment, step: "content", text: "reading what it holds" }, async () => {
    const value = await readContent(context, image);
    return { text: `content ${value.content.slice(0, 12)}`, value };
  });
}
