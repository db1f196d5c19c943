import type { SourcePlace } from "../errors.ts";
import { devenvError } from "../errors.ts";
import { readInputs } from "../plan/labels.ts";
import type { EnvironmentPlan } from "../plan/plan.ts";
import { type DockerfileLine, dockerfileLines, type InputChange, inputChanges } from "../plan/why.ts";
import { observeCurrent } from "./observe.ts";
import type { OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";

type Located<Item> = Item & { readonly place: SourcePlace | undefined };

export interface WhyResult {
  readonly project: string;
  readonly environments: readonly {
    readonly name: string;
    /** The engine has the image that the config describes. */
    readonly built: boolean;
    /** What differs from the container that is there; undefined where there is none. */
    readonly changes: readonly Located<InputChange>[] | undefined;
  }[];
}

/** For each environment what makes it differ from its container. */
export async function whyStale(context: OperationContext, names: readonly string[]): Promise<WhyResult> {
  const plan = await planProject(context);
  const containers = await observeCurrent(context.engine, plan.workspace.id);
  const explain = async ({ name, image, container }: EnvironmentPlan) => {
    const built = (await context.engine.images.inspect(image.tag)) !== undefined;
    const observed = containers.get(name);
    if (observed === undefined) return { name, built, changes: undefined };
    const before = readInputs(observed.labels);
    const environmentKey = image.key.replace(/\.?image$/, "");
    const changes = inputChanges({ environmentKey, before, after: container.inputs });
    return { name, built, changes: await locateAll(context, changes) };
  };
  const environments = await Promise.all(selectEnvironments(plan.environments, names).map(explain));
  return { project: plan.project, environments };
}

export interface WhyDockerfile {
  readonly name: string;
  readonly lines: readonly Located<DockerfileLine>[];
}

/** For each line of the Dockerfiles, or for one, what made it. Throws USAGE for a line that is not there. */
export async function whyDockerfile(
  context: OperationContext,
  { names, line }: { readonly names: readonly string[]; readonly line?: number | undefined },
): Promise<readonly WhyDockerfile[]> {
  const plan = await planProject(context);
  const explain = async ({ name, image }: EnvironmentPlan): Promise<WhyDockerfile> => {
    const all = dockerfileLines(image);
    const chosen = line === undefined ? all : all.slice(line - 1, line);
    if (chosen.length === 0) {
      throw devenvError("USAGE", {
        message: `The Dockerfile of \`${name}\` has no line ${line}, only lines 1 to ${all.length}`,
        hint: `run \`devenv why --dockerfile ${name}\` to see them`,
      });
    }
    return { name, lines: await locateAll(context, chosen) };
  };
  return Promise.all(selectEnvironments(plan.environments, names).map(explain));
}

function locateAll<Item extends { readonly key: string | undefined }>(
  { locate }: OperationContext,
  items: readonly Item[],
): Promise<Located<Item>[]> {
  return Promise.all(
    items.map(async (item) => ({ ...item, place: item.key === undefined ? undefined : await locate(item.key) })),
  );
}
