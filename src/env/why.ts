import type { SourcePlace } from "../errors.ts";
import { devenvError } from "../errors.ts";
import type { ObservedContainer } from "../plan/diff.ts";
import { fingerprintLabel, readInputs } from "../plan/labels.ts";
import type { EnvironmentPlan, ImagePlan, Plan } from "../plan/plan.ts";
import { asImageInputs, type DockerfileLine, dockerfileLines, type InputChange, inputChanges } from "../plan/why.ts";
import { type KnownInputs, knownInputs, lastInputs } from "./image/known-inputs.ts";
import { observeCurrent } from "./observe.ts";
import type { OperationContext } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";

type Located<Item> = Item & { readonly place: SourcePlace | undefined };

export interface WhyResult {
  readonly project: string;
  readonly environments: readonly WhyEnvironment[];
  /** Why the config does not tell, and labels alone do; absent where it does. */
  readonly unread?: string | undefined;
}

export interface WhyEnvironment {
  readonly name: string;
  /** The engine has the image that the config describes. */
  readonly built: boolean;
  /** With what the config is compared: where there is no container and no image, with the last one that was there. */
  readonly since: "container" | "image" | undefined;
  /** What differs; undefined where there is nothing to compare with. */
  readonly changes: readonly Located<InputChange>[] | undefined;
}

/** For each environment what makes it differ from its container, or else its image from the last one. */
export async function whyStale(context: OperationContext, names: readonly string[]): Promise<WhyResult> {
  const plan = await planProject(context);
  const containers = await observeCurrent(context.engine, plan.workspace.id);
  const explain = async (environment: EnvironmentPlan): Promise<WhyEnvironment> => {
    const { name, image } = environment;
    const built = (await context.engine.images.inspect(image.tag)) !== undefined;
    const observed = containers.get(name);
    const changes =
      observed !== undefined
        ? await changesOfContainer(context, { plan, environment, observed })
        : built
          ? undefined
          : await changesOfImage(context, plan, image);
    const since = changes === undefined ? undefined : observed === undefined ? "image" : "container";
    return { name, built, since, changes: changes && (await locateAll(context, changes)) };
  };
  const environments = await Promise.all(selectEnvironments(plan.environments, names).map(explain));
  return { project: plan.project, environments };
}

interface ContainerCase {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  readonly observed: ObservedContainer;
}

async function changesOfContainer(
  context: OperationContext,
  { plan, environment: { image, container }, observed: { labels } }: ContainerCase,
): Promise<readonly InputChange[]> {
  const known = await knownInputs(context.host, labels[fingerprintLabel] ?? "");
  const facts = known && { before: known.facts, after: image.facts };
  return [
    ...inputChanges({ environmentKey: keyOf(image), before: readInputs(labels), after: container.inputs, facts }),
    ...(await changesOfBase(context, plan, { image, known })),
  ];
}

async function changesOfImage(
  context: OperationContext,
  plan: Plan,
  image: ImagePlan,
): Promise<readonly InputChange[] | undefined> {
  const { environment } = image;
  const known = await lastInputs({ host: context.host, workspace: plan.workspace.id, environment });
  if (known === undefined) return undefined;
  return [...changesSince(known, image), ...(await changesOfBase(context, plan, { image, known }))];
}

interface KnownImage {
  readonly image: ImagePlan;
  /** What an earlier one was made of. */
  readonly known: KnownInputs | undefined;
}

/** What made the image of a base environment another one, that of its own base included. */
async function changesOfBase(
  context: OperationContext,
  plan: Plan,
  { image: { base }, known }: KnownImage,
): Promise<readonly InputChange[]> {
  const before = known?.facts.from?.find(({ what }) => what === "environment");
  if (base.kind !== "environment" || before?.name !== base.environment) return [];
  const image = plan.environments.find(({ name }) => name === base.environment)?.image;
  const knownBase = await knownInputs(context.host, before.value);
  if (image === undefined || knownBase === undefined || image.fingerprint === before.value) return [];
  const changes = changesSince(knownBase, image).map((change) => ({
    ...change,
    input: `image of ${base.environment}: ${change.input.replace(/^image\./, "")}`,
  }));
  return [...changes, ...(await changesOfBase(context, plan, { image, known: knownBase }))];
}

function changesSince({ inputs, facts }: KnownInputs, image: ImagePlan): readonly InputChange[] {
  return inputChanges({
    environmentKey: keyOf(image),
    before: asImageInputs(inputs),
    after: asImageInputs(image.inputs),
    facts: { before: facts, after: image.facts },
  });
}

/** Key of the environment. */
function keyOf({ key }: ImagePlan): string {
  return key.replace(/\.?image$/, "");
}

type WhyLine = Located<Omit<DockerfileLine, "copies">> & {
  readonly copies?: readonly { readonly key: string; readonly place: SourcePlace | undefined }[];
};

export interface WhyDockerfile {
  readonly name: string;
  readonly lines: readonly WhyLine[];
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
    return { name, lines: await Promise.all(chosen.map((one) => locateLine(context, one))) };
  };
  return Promise.all(selectEnvironments(plan.environments, names).map(explain));
}

async function locateLine(context: OperationContext, { copies, ...line }: DockerfileLine): Promise<WhyLine> {
  const [located] = await locateAll(context, [line]);
  if (located === undefined || copies === undefined) return { ...line, place: located?.place };
  const keys = copies.filter((key) => key !== line.key).map((key) => ({ key }));
  return { ...located, copies: await locateAll(context, keys) };
}

function locateAll<Item extends { readonly key: string | undefined }>(
  { locate }: OperationContext,
  items: readonly Item[],
): Promise<Located<Item>[]> {
  return Promise.all(
    items.map(async (item) => ({ ...item, place: item.key === undefined ? undefined : await locate(item.key) })),
  );
}
