import { type DevenvError, isDevenvError } from "../../errors.ts";
import { mapLimited } from "../../host/map-limited.ts";
import { fetchPackage, lookupPackage } from "../../host/packages/fetch-package.ts";
import { readHostTrust } from "../../host/trust.ts";
import type { PackagePin } from "../../lock/lockfile.ts";
import { packageFileName } from "../../plan/packages.ts";
import type { ContextFile, ImagePlan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";

/** A package and where its file stands in a build context. */
export interface PlacedPackage {
  readonly name: string;
  readonly pin: PackagePin;
  readonly path: string;
}

/** Enough to hide a mirror's latency, few enough for it. */
const downloadsAtOnce = 6;

/** The package files that the locked package layers of an image add to its build context. Throws PACKAGE_GONE, PACKAGE_REFUSED. */
export async function packageEntries(context: OperationContext, image: ImagePlan): Promise<readonly ContextFile[]> {
  const placed = image.packages.flatMap(({ folder, manager, packages }) =>
    Object.entries(packages).map(([name, pin]) => ({
      name,
      pin,
      path: `${folder}/${packageFileName(name, pin, manager)}`,
    })),
  );
  const byPath = new Map(placed.map((one) => [one.path, one]));
  const failed = await downloadPackages(context, image.environment, { packages: [...byPath.values()] });
  for (const error of failed.values()) throw error;
  return Promise.all([...byPath.values()].map((one) => packageEntry(context, one)));
}

/** A package file that the cache has. */
export async function packageEntry({ host }: OperationContext, { pin, path }: PlacedPackage): Promise<ContextFile> {
  const known = await lookupPackage({ cacheDir: host.cacheDir, pin });
  if (known === undefined) throw new Error(`the cache lost ${path}`);
  return { kind: "file", path, mode: 0o644, size: known.size, digest: pin.sha256, source: known.file };
}

/** Packages that cannot be had, by name in the order they were asked for, each with its error. */
export type FailedPackages = ReadonlyMap<string, DevenvError>;

export interface Download {
  readonly packages: readonly Pick<PlacedPackage, "name" | "pin">[];
  /** Archive → address that comes before the config's mirrors. */
  readonly preferred?: Readonly<Record<string, string>>;
}

/** Have all of them in the cache that can be had; one step tells of it when any is not there. */
export async function downloadPackages(
  context: OperationContext,
  environment: string,
  { packages, preferred = {} }: Download,
): Promise<FailedPackages> {
  const { cacheDir } = context.host;
  const found = await Promise.all(packages.map(({ pin }) => lookupPackage({ cacheDir, pin })));
  const missing = packages.filter((_, index) => found[index] === undefined);
  const failed = new Map<string, DevenvError>();
  if (missing.length === 0) return failed;
  const text = missing.length === 1 ? "1 package" : `${missing.length} packages`;
  await runStep(context, { environment, step: "download", text: `downloading ${text}` }, async () => {
    const { bundle } = await readHostTrust(context.host);
    const onProgress = totalProgress(context, environment, missing);
    await mapLimited(missing, downloadsAtOnce, async (one) => {
      try {
        await fetchOne(context, one, { bundle, preferred, onProgress });
      } catch (error) {
        if (!isDevenvError(error) || error.code === "CACHE_UNUSABLE") throw error;
        failed.set(one.name, error);
      }
    });
    return { text: `${text} downloaded`, value: undefined };
  });
  const failure = ({ name }: { readonly name: string }) => {
    const error = failed.get(name);
    return error === undefined ? [] : [[name, error] as const];
  };
  return new Map(missing.flatMap(failure));
}

interface FetchOptions {
  readonly bundle: string | undefined;
  readonly preferred: Readonly<Record<string, string>>;
  onProgress(name: string, bytes: number): void;
}

async function fetchOne(
  { host, spec, signal }: OperationContext,
  { name, pin }: Pick<PlacedPackage, "name" | "pin">,
  { bundle, preferred, onProgress }: FetchOptions,
): Promise<void> {
  const { cacheDir } = host;
  const sources = { ...spec.packages, preferred };
  const onOwnProgress = ({ current }: { readonly current: number }) => onProgress(name, current);
  await fetchPackage({
    name,
    pin,
    cacheDir,
    sources,
    host,
    certificates: bundle,
    signal,
    onProgress: onOwnProgress,
  });
}

function totalProgress(
  { report }: OperationContext,
  environment: string,
  packages: readonly Pick<PlacedPackage, "pin">[],
) {
  const total = packages.reduce((sum, { pin }) => sum + pin.size, 0);
  const received = new Map<string, number>();
  return (name: string, bytes: number) => {
    received.set(name, bytes);
    const current = [...received.values()].reduce((sum, one) => sum + one, 0);
    report({ kind: "transfer", environment, step: "download", progress: { current, total } });
  };
}
