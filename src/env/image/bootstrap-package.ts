import { archiveOf, debianArchitecture } from "../../host/apt-archive.ts";
import type { FetchBootstrapPackages } from "../../host/bootstrap/packages.ts";
import { dropDamaged, lookupPackage } from "../../host/packages/fetch-package.ts";
import type { BootstrapBase } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";
import { downloadPackages } from "./packages.ts";

interface BaseOptions {
  readonly environment: string;
  readonly platform: string;
}

/**
 * How the packages of a base are had: from the cache, else from the base's own mirror, else as any locked package.
 * The function it gives throws what the first of them that cannot be had fails with.
 */
export function packagesFetcher(
  context: OperationContext,
  base: BootstrapBase,
  { environment, platform }: BaseOptions,
): FetchBootstrapPackages {
  const [main] = archiveOf(base.suite, debianArchitecture(platform)).sources;
  const preferred = base.mirror === undefined || main === undefined ? {} : { [main.archive]: base.mirror };
  return async (packages) => {
    const named = Object.entries(packages).map(([name, pin]) => ({ name, pin }));
    const { cacheDir } = context.host;
    await dropDamaged(
      cacheDir,
      named.map(({ pin }) => pin),
    );
    const failed = await downloadPackages(context, environment, { packages: named, preferred });
    for (const error of failed.values()) throw error;
    const files = named.map(async ({ name, pin }) => {
      const found = await lookupPackage({ cacheDir, pin });
      if (found === undefined) throw new Error(`the cache lost ${name}`);
      return [name, found.file] as const;
    });
    return new Map(await Promise.all(files));
  };
}
