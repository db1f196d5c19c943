import { resolveBootstrap } from "../../host/bootstrap/resolve.ts";
import type { PackageSet } from "../../lock/lockfile.ts";
import type { BootstrapBase } from "../../spec/spec.ts";
import { packagesFetcher } from "../image/bootstrap-package.ts";
import type { OperationContext } from "../operation.ts";

export interface BootstrapRequest {
  readonly environment: string;
  readonly base: BootstrapBase;
  /** `linux/amd64`. */
  readonly platform: string;
  /** What it is locked as, to stay but for the named packages; undefined: all is found anew. */
  readonly keep?: { readonly packages: PackageSet; readonly move: readonly string[] } | undefined;
}

/** All packages of a bootstrapped base as its archive has them now; what is kept is downloaded, and all indexes. */
export async function resolveBootstrapBase(
  context: OperationContext,
  { environment, base, platform, keep }: BootstrapRequest,
): Promise<PackageSet> {
  const { host, signal } = context;
  const onLine = bootstrapLines(context, environment);
  const fetchPackages = packagesFetcher(context, base, { environment, platform });
  const kept = keep === undefined ? undefined : { ...keep, fetchPackages };
  return resolveBootstrap({ base, platform, cacheDir: host.cacheDir, host, signal, keep: kept, onLine });
}

/** Reports what the programs that make a base say, line by line. */
export function bootstrapLines({ report }: OperationContext, environment: string): (text: string) => void {
  return (text) =>
    report({
      kind: "build",
      environment,
      step: "base",
      event: { kind: "log", step: "bootstrap", stream: "stderr", text },
    });
}
