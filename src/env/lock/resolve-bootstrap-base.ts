import { resolveBootstrap } from "../../host/bootstrap/resolve.ts";
import type { PackageSet } from "../../lock/lockfile.ts";
import type { BootstrapBase } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";

export interface BootstrapRequest {
  readonly environment: string;
  readonly base: BootstrapBase;
  /** `linux/amd64`. */
  readonly platform: string;
}

/** All packages of a bootstrapped base as its archive has them now; nothing is downloaded but indexes. */
export async function resolveBootstrapBase(
  { host, signal, report }: OperationContext,
  { environment, base, platform }: BootstrapRequest,
): Promise<PackageSet> {
  const onLine = (text: string) =>
    report({
      kind: "build",
      environment,
      step: "base",
      event: { kind: "log", step: "bootstrap", stream: "stderr", text },
    });
  return resolveBootstrap({ base, platform, cacheDir: host.cacheDir, host, signal, onLine });
}
