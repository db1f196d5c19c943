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
  context: OperationContext,
  { environment, base, platform }: BootstrapRequest,
): Promise<PackageSet> {
  const { host, signal } = context;
  const onLine = bootstrapLines(context, environment);
  return resolveBootstrap({ base, platform, cacheDir: host.cacheDir, host, signal, onLine });
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
