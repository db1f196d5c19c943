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
  await downloadMissing(context, image.environment, [...byPath.values()]);
  return Promise.all([...byPath.values()].map((one) => packageEntry(context, one)));
}

/** A package file that the cache has. */
export async function packageEntry({ host }: OperationContext, { pin, path }: PlacedPackage): Promise<ContextFile> {
  const known = await lookupPackage({ cacheDir: host.cacheDir, pin });
  if (known === undefined) throw new Error(`the cache lost ${path}`);
  return { kind: "file", path, mode: 0o644, size: known.size, digest: pin.sha256, source: known.file };
}

/** Have all of them in the cache; one step tells of it when any is not. */
export async function downloadMissing(
  context: OperationContext,
  environment: string,
  packages: readonly Pick<PlacedPackage, "name" | "pin">[],
): Promise<void> {
  const { host, spec, signal, report } = context;
  const { cacheDir } = host;
  const found = await Promise.all(packages.map(({ pin }) => lookupPackage({ cacheDir, pin })));
  const missing = packages.filter((_, index) => found[index] === undefined);
  if (missing.length === 0) return;
  const text = missing.length === 1 ? "1 package" : `${missing.length} packages`;
  await runStep(context, { environment, step: "download", text: `downloading ${text}` }, async () => {
    const { bundle } = await readHostTrust(host);
    const total = missing.reduce((sum, { pin }) => sum + pin.size, 0);
    const received = new Map<string, number>();
    await mapLimited(missing, downloadsAtOnce, ({ name, pin }) =>
      fetchPackage({
        name,
        pin,
        cacheDir,
        sources: spec.packages,
        host,
        certificates: bundle,
        signal,
        onProgress: ({ current: bytes }) => {
          received.set(pin.sha256, bytes);
          const current = [...received.values()].reduce((sum, one) => sum + one, 0);
          report({ kind: "transfer", environment, step: "download", progress: { current, total } });
        },
      }),
    );
    return { text: `${text} downloaded`, value: undefined };
  });
}
