import { ensureImage } from "./image/images.ts";
import { planLocked } from "./lock/plan-locked.ts";
import type { BuildResult, OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";

export interface BuildOptions {
  readonly names: readonly string[];
  readonly noCache?: boolean | undefined;
  /** Never write the lock. */
  readonly frozen?: boolean | undefined;
}

/** Build the images of environments, where they are not built yet. */
export async function build(context: OperationContext, options: BuildOptions): Promise<BuildResult> {
  const plan = await planLocked(context, options);
  const environments: BuildResult["environments"][number][] = [];
  for (const { name, image } of selectEnvironments(plan.environments, options.names)) {
    const { action } = await ensureImage(context, { plan, image, noCache: options.noCache });
    environments.push({ name, image: image.tag, fingerprint: image.fingerprint, action });
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
