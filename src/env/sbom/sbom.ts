import { randomBytes } from "node:crypto";
import { devenvError } from "../../errors.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { withPlainContainer } from "../container/image-user.ts";
import { imageChain } from "../image/chain.ts";
import type { OperationContext } from "../operation.ts";
import { planProject, selectEnvironments } from "../plan-project.ts";
import { type BillInput, billParts } from "./bill.ts";
import { type BillDocument, billDocument } from "./document.ts";
import { parseApkInstalled, parseDpkgStatus, parseOsRelease } from "./image-files.ts";

/** What the built image of an environment is made of, as CycloneDX; nothing runs. Throws SBOM_IMAGE_MISSING. */
export async function makeSbom(context: OperationContext, name: string): Promise<BillDocument> {
  const plan = await planProject(context);
  const [environment] = selectEnvironments(plan.environments, [name]);
  if (environment === undefined) throw new Error(`environment ${name} was not planned`);
  const { image } = environment;
  if ((await context.engine.images.inspect(image.tag)) === undefined) {
    throw devenvError("SBOM_IMAGE_MISSING", { environment: name, tag: image.tag });
  }
  const read = await readImage(context, plan.project, image);
  return billDocument(plan.project, image, billParts({ images: imageChain(plan, image), ...read }));
}

async function readImage(
  { engine }: OperationContext,
  project: string,
  image: ImagePlan,
): Promise<Omit<BillInput, "images">> {
  const id = randomBytes(8).toString("hex");
  const helper = { name: `${project}-${image.environment}.sbom-${id}`, labels: image.labels };
  return withPlainContainer(engine, { image, helper }, async (container) => {
    const read = async (path: string) => (await engine.containers.readFile(container, path))?.toString("utf8");
    const status = await read("/var/lib/dpkg/status");
    const release = (await read("/etc/os-release")) ?? (await read("/usr/lib/os-release")) ?? "";
    const distribution = parseOsRelease(release);
    if (status !== undefined) return { installed: parseDpkgStatus(status), distribution };
    const apk = (await read("/lib/apk/db/installed")) ?? (await read("/usr/lib/apk/db/installed"));
    if (apk === undefined) return { installed: undefined, distribution };
    return { installed: parseApkInstalled(apk), packageType: "apk", distribution };
  });
}
