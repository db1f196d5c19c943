import { ensureImage } from "./image/images.ts";
import { writeImageArchive } from "./image/write-archive.ts";
import { planLocked } from "./lock/plan-locked.ts";
import type { BuildResult, OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";

export interface BuildOptions {
  readonly names: readonly string[];
  readonly noCache?: boolean | undefined;
  /** Never write the lock. */
  readonly frozen?: boolean | undefined;
  /** Absolute path of the file that each image is written to, in canonical form: for one environment only. */
  readonly output?: string | undefined;
}

/** Build the images of environments, where they are not built yet. */
export async function build(context: OperationContext, options: BuildOptions): Promise<BuildResult> {
  const { names, noCache, output } = options;
  const plan = await planLocked(context, options);
  const environments: BuildResult["environments"][number][] = [];
  for (const { name, image } of selectEnvironments(plan.environments, names)) {
    const { action } = await ensureImage(context, { plan, image, noCache });
    const archive =
      output === undefined ? {} : { archive: await writeImageArchive(context, { plan, image, file: output }) };
    environments.push({ name, image: image.tag, fingerprint: image.fingerprint, action, ...archive });
  }
  return { project: plan.project, environments };
}

/** The Dockerfiles of environments, without building anything. */
export async function printDockerfiles(
  context: OperationContext,
  options: { names: readonly string[] },
): Promise<readonly { readonly name: string; readonly dockerfile: string }[]> {
  const plan = await planProject(context);
  return selectEnvironments(plan.environments, options.names).map(({ name, image }) => ({
    name,
    dockerfile: image.dockerfile,
  }));
}
