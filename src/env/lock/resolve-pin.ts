import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Resolved } from "../../lock/edit.ts";
import type { ArchivePin, BaseLock, Lockfile, PackageSet } from "../../lock/lockfile.ts";
import { preferredPackages } from "../../lock/prefer.ts";
import type { ArchiveRequest, BaseRequest, PackagesRequest, PinRequest } from "../../lock/requests.ts";
import type { EnvironmentSpec } from "../../spec/spec.ts";
import { openArchive } from "../image/archives.ts";
import type { OperationContext } from "../operation.ts";
import { planProject } from "../plan-project.ts";
import { readElsewhere } from "./elsewhere.ts";
import { resolveBase } from "./resolve-base.ts";
import { resolveBootstrapBase } from "./resolve-bootstrap-base.ts";
import { resolvePackages } from "./resolve-packages.ts";

export interface ResolveOptions {
  /** The pins so far. */
  readonly lockfile: Lockfile;
  /** What was locked before: its packages are kept to, but for those that may move. */
  readonly before: Lockfile;
  /** Packages that may move; undefined: all, so that nothing is kept to. */
  readonly move: readonly string[] | undefined;
  /** Ask again for what was downloaded before. */
  readonly refresh?: boolean | undefined;
  readonly environment: EnvironmentSpec;
  /** `linux/amd64`. */
  readonly platform: string;
}

/** Find out what a request stands for now. */
export async function resolvePin(
  context: OperationContext,
  request: PinRequest,
  options: ResolveOptions,
): Promise<Resolved> {
  switch (request.kind) {
    case "base":
      return { request, base: await resolveBaseRequest(context, request, options) };
    case "packages":
      return { request, packages: await resolveLayer(context, request, options) };
    case "archive":
      return { request, archive: await resolveArchive(context, request, options) };
  }
}

async function resolveBaseRequest(
  context: OperationContext,
  { base, baseKey }: BaseRequest,
  { environment, platform, before, move }: ResolveOptions,
): Promise<BaseLock> {
  if (base.kind === "reference") return resolveBase(context, base, platform);
  const locked = before.bases[baseKey]?.platforms[platform];
  const known = locked !== undefined && "packages" in locked ? locked.packages : {};
  const named = move?.filter((name) => name in known) ?? [];
  const asWhole = named.length === 0 || (move ?? []).some((name) => [baseKey, base.suite].includes(name));
  const keep = asWhole ? undefined : { packages: known, move: named };
  const packages = await resolveBootstrapBase(context, { environment: environment.name, base, platform, keep });
  return { platforms: { [platform]: { packages } } };
}

/** On the image of the layers before it, which have their pins by now; for a platform that is not its own, beside it. */
async function resolveLayer(
  context: OperationContext,
  request: PackagesRequest,
  { environment, platform, lockfile, before, move }: ResolveOptions,
): Promise<PackageSet> {
  const { image } = environment;
  const below = { ...environment, image: { ...image, layers: image.layers.slice(0, request.layer), user: undefined } };
  const environments = context.spec.environments.map((one) => (one.name === environment.name ? below : one));
  const cut = { ...context, spec: { ...context.spec, environments } };
  const plan = await planProject(cut, lockfile);
  const planned = plan.environments.find(({ name }) => name === environment.name);
  if (planned === undefined) throw new Error(`environment ${environment.name} was not planned`);
  const prefer = preferred(before, { request, platform, move });
  const { image: own } = planned;
  const elsewhere =
    own.platform === platform ? undefined : await readElsewhere(context, request, { image: own, platform, lockfile });
  return resolvePackages(cut, request, { plan, image: own, prefer, elsewhere });
}

interface Preference {
  readonly request: PackagesRequest;
  readonly platform: string;
  readonly move: readonly string[] | undefined;
}

/** What is locked already stays, but for what may move. */
function preferred(before: Lockfile, { request, platform, move }: Preference): PackageSet {
  if (move === undefined) return {};
  const locked = preferredPackages(before, { baseKey: request.baseKey, platform });
  return Object.fromEntries(Object.entries(locked).filter(([name]) => !move.includes(name)));
}

async function resolveArchive(
  context: OperationContext,
  { url, sha256, key }: ArchiveRequest,
  { environment, refresh }: ResolveOptions,
): Promise<ArchivePin> {
  const found = await openArchive(context, { environment: environment.name, url, sha256, key, refresh });
  const { file, size } = found;
  if (!url.startsWith("npm:")) return { sha256: found.sha256, size };
  const hash = createHash("sha512");
  await pipeline(createReadStream(file), hash);
  return { integrity: `sha512-${hash.digest("base64")}`, sha256: found.sha256, size };
}
