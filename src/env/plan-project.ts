import { devenvError } from "../errors.ts";
import { readEnvFiles } from "../host/env-file.ts";
import { readHostTrust, trustEnvironment, trustTarget, writeTrustFolder } from "../host/trust.ts";
import { planContainer } from "../plan/container.ts";
import type { HostAdditions } from "../plan/container-inputs.ts";
import { planImage } from "../plan/image.ts";
import type { EnvironmentPlan, ImagePlan, Plan } from "../plan/plan.ts";
import { childKey } from "../spec/child-key.ts";
import type { EnvironmentSpec } from "../spec/spec.ts";
import { readSources } from "./image/sources.ts";
import type { OperationContext } from "./operation.ts";
import { readWorkspace } from "./workspace.ts";

/** Plan every environment of the config, bases before what is built on them. */
export async function planProject(context: OperationContext): Promise<Plan> {
  const { spec } = context;
  const { workspace, inode } = await readWorkspace(spec.root);
  const host = await hostAdditions(context);
  const images = await planImages(context);
  const planEnvironment = async (environment: EnvironmentSpec): Promise<EnvironmentPlan> => {
    const { name, hooks, secrets } = environment;
    const dotfiles = environment.requestedDotfiles ?? environment.dotfiles;
    const image = images.get(name);
    if (image === undefined) throw new Error(`environment ${name} was not planned`);
    const fileEnv = await readEnvFiles(spec.root, environment.envFiles, childKey(environment.key, "envFile"));
    const container = planContainer({ project: spec.project, workspace, inode, environment, image, host, fileEnv });
    return { name, image, container, hooks, secrets, dotfiles };
  };
  const environments = await Promise.all(spec.environments.map(planEnvironment));
  return { project: spec.project, workspace, environments };
}

/** The named environments in the config's order; all of them when none is named. */
export function selectEnvironments<Item extends { readonly name: string }>(
  environments: readonly Item[],
  names: readonly string[],
): readonly Item[] {
  const known = environments.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) throw devenvError("ENVIRONMENT_UNKNOWN", { name, known });
  }
  return names.length === 0 ? environments : environments.filter(({ name }) => names.includes(name));
}

async function planImages(context: OperationContext): Promise<ReadonlyMap<string, ImagePlan>> {
  const { spec } = context;
  const enginePlatform = await platformOf(context);
  const plans = new Map<string, ImagePlan>();
  const plan = async (environment: EnvironmentSpec): Promise<ImagePlan> => {
    const done = plans.get(environment.name);
    if (done !== undefined) return done;
    const base = await planBase(environment);
    const platform = environment.image.platform ?? base?.platform ?? enginePlatform;
    const sources = await readSources(context, environment, platform);
    const image = planImage({ project: spec.project, environment, sources, platform, base });
    plans.set(environment.name, image);
    return image;
  };
  const planBase = async ({ image }: EnvironmentSpec): Promise<ImagePlan | undefined> => {
    const { from } = image;
    if (from.kind !== "environment") return undefined;
    const base = spec.environments.find(({ name }) => name === from.environment);
    return base === undefined ? undefined : plan(base);
  };
  for (const environment of spec.environments) await plan(environment);
  return plans;
}

/** An engine behind a local socket runs on this machine: no call is needed to know its platform. */
async function platformOf({ engine, host }: OperationContext): Promise<string> {
  if (engine.address.startsWith("unix:")) return `linux/${host.arch}`;
  return (await engine.info()).platform;
}

async function hostAdditions({ host }: OperationContext): Promise<HostAdditions> {
  const { uid, gid } = host;
  const ids = uid === undefined || gid === undefined ? undefined : { uid, gid };
  const trust = await readHostTrust(host);
  if (trust.bundle === undefined) return { env: trust.proxies, mounts: [], ids };
  const source = await writeTrustFolder(host, trust);
  return {
    env: { ...trust.proxies, ...trustEnvironment(trustTarget) },
    mounts: [{ kind: "bind", source, target: trustTarget, readOnly: true }],
    ids,
  };
}
