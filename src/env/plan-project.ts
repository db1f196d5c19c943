import { devenvError } from "../errors.ts";
import { readEnvFiles } from "../host/env-file/read.ts";
import { readGitPlace } from "../host/git-place.ts";
import { requirePrivateCache } from "../host/private-folder.ts";
import { proxyPasswords } from "../host/proxy-passwords.ts";
import { hostTimezone } from "../host/timezone.ts";
import { readHostTrust, trustEnvironment, trustTarget, writeTrustFolder } from "../host/trust.ts";
import { basePin, missingPins } from "../lock/check.ts";
import { definitionsOf } from "../lock/definitions.ts";
import { emptyLockfile, type Lockfile } from "../lock/lockfile.ts";
import { pinRequests } from "../lock/requests.ts";
import { readLockfile } from "../lock/store.ts";
import { planContainer } from "../plan/container.ts";
import type { HostAdditions } from "../plan/container-inputs.ts";
import { planImage } from "../plan/image.ts";
import type { EnvironmentPlan, Plan } from "../plan/plan.ts";
import { workspaceMode } from "../plan/workspace-mode.ts";
import { childKey } from "../spec/child-key.ts";
import { baseEnvironment, fixedPlatform } from "../spec/fixed-platform.ts";
import type { EnvironmentSpec } from "../spec/spec.ts";
import { identityOf } from "./identity.ts";
import { readSources } from "./image/sources.ts";
import type { OperationContext } from "./operation.ts";
import { readWorkspace } from "./workspace.ts";

/** Plan every environment of the config as its lock, or the given one, pins it; a base comes before what is built on it. */
export async function planProject(context: OperationContext, given?: Lockfile): Promise<Plan> {
  const { spec } = context;
  await requirePrivateCache(context.host);
  const lockfile = given ?? (await readLockfile(spec.root)) ?? emptyLockfile;
  const { workspace: place, inode } = await readWorkspace(spec.root);
  const workspace = { ...place, projectId: (await identityOf(context.host, place)).id };
  const host = await hostAdditions(context);
  const git = readGitPlace(context.host, workspace.root).place;
  const isElsewhere = !context.engine.address.startsWith("unix:");
  const images = await planImages(context, lockfile);
  const planEnvironment = async (environment: EnvironmentSpec): Promise<EnvironmentPlan> => {
    const { name, hooks, secrets } = environment;
    const dotfiles = environment.requestedDotfiles ?? environment.dotfiles;
    const planned = images.get(name);
    if (planned === undefined) throw new Error(`environment ${name} was not planned`);
    const fileEnv = await readEnvFiles({
      root: spec.root,
      files: environment.envFiles,
      key: childKey(environment.key, "envFile"),
      env: context.host.env,
      onWarning: (text) => context.report({ kind: "warning", environment: name, text }),
    });
    const { image, requests, missing } = planned;
    const mode = workspaceMode(environment.workspace.mode, {
      address: context.engine.address,
      platform: context.host.platform,
    });
    const project = spec.project;
    const container = planContainer({
      config: spec.configFiles ?? [],
      project,
      workspace,
      inode,
      environment,
      mode,
      image,
      host,
      git,
      isElsewhere,
      fileEnv,
    });
    return { name, image, requests, missing, container, hooks, secrets, dotfiles };
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

export type PlannedImage = Pick<EnvironmentPlan, "image" | "requests" | "missing">;

/** The image of every environment, by its name. */
export async function planImages(
  context: OperationContext,
  lockfile: Lockfile,
): Promise<ReadonlyMap<string, PlannedImage>> {
  const { spec } = context;
  const platforms = await platformsOf(context);
  const plans = new Map<string, PlannedImage>();
  const plan = async (environment: EnvironmentSpec): Promise<PlannedImage> => {
    const done = plans.get(environment.name);
    if (done !== undefined) return done;
    const below = baseEnvironment(spec, environment);
    const base = below === undefined ? undefined : await plan(below);
    const platform = platforms.get(environment.name) ?? "";
    const planned = await planOne(context, { environment, base, platform, lockfile });
    plans.set(environment.name, planned);
    return planned;
  };
  for (const environment of spec.environments) await plan(environment);
  return plans;
}

/** The platform of each environment: its own, that of its base, or the wanted one, by default the engine's. */
export async function platformsOf(context: OperationContext, wanted?: string): Promise<ReadonlyMap<string, string>> {
  const { spec } = context;
  const any = wanted ?? (await platformOf(context));
  return new Map(spec.environments.map((environment) => [environment.name, fixedPlatform(spec, environment) ?? any]));
}

interface ImageCase {
  readonly environment: EnvironmentSpec;
  readonly base: PlannedImage | undefined;
  readonly platform: string;
  readonly lockfile: Lockfile;
}

async function planOne(
  context: OperationContext,
  { environment, base, platform, lockfile }: ImageCase,
): Promise<PlannedImage> {
  const { spec } = context;
  const requests = pinRequests(spec, environment, platform);
  const missing = missingPins(
    { lockfile, environment: environment.name, platform, definitions: definitionsOf(environment) },
    requests,
  );
  const sources = await readSources(context, { environment, platform, lockfile, requests });
  const [first] = requests;
  const pin = first?.kind === "base" ? basePin(lockfile, first, platform) : undefined;
  const project = spec.project;
  const image = planImage({ project, environment, sources, platform, base: base?.image, basePin: pin });
  return { image, requests, missing: [...(base?.missing ?? []), ...missing] };
}

/** An engine behind a local socket runs on this machine: no call is needed to know its platform. */
async function platformOf({ engine, host }: OperationContext): Promise<string> {
  if (engine.address.startsWith("unix:")) return `linux/${host.arch}`;
  return (await engine.info()).platform;
}

async function hostAdditions({ host, spec, redaction }: OperationContext): Promise<HostAdditions> {
  const { uid, gid } = host;
  const ids = uid === undefined || gid === undefined ? undefined : { uid, gid };
  const timezone = spec.environments.some((one) => one.host.timezone) ? hostTimezone(host) : undefined;
  const trust = await readHostTrust(host);
  redaction?.add(proxyPasswords(trust.proxies));
  if (trust.bundle === undefined) return { env: trust.proxies, mounts: [], timezone, ids };
  const source = await writeTrustFolder(host, trust);
  return {
    env: { ...trust.proxies, ...trustEnvironment(trustTarget) },
    mounts: [{ kind: "bind", source, target: trustTarget, readOnly: true }],
    timezone,
    ids,
  };
}
