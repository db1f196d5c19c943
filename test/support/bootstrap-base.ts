import type { FetchBootstrapPackages } from "../../src/host/bootstrap/packages.ts";
import { resolveBootstrap } from "../../src/host/bootstrap/resolve.ts";
import { type BootstrapTar, bootstrapTar } from "../../src/host/bootstrap.ts";
import type { Host } from "../../src/host/host.ts";
import { mapLimited } from "../../src/host/map-limited.ts";
import type { BootstrapInput } from "../../src/host/mmdebstrap.ts";
import { fetchPackage } from "../../src/host/packages/fetch-package.ts";

/** A base as its distribution's archive has it now, made on this machine. */
export async function makeBase(host: Host, base: BootstrapInput): Promise<BootstrapTar> {
  const options = { platform: `linux/${host.arch}`, cacheDir: host.cacheDir, host };
  const packages = await resolveBootstrap({ base, ...options });
  return bootstrapTar({ suite: base.suite, packages, fetchPackages: fetchFrom(host), ...options });
}

/** From the distribution's own archive, through the host's cache. */
export function fetchFrom(host: Host): FetchBootstrapPackages {
  const sources = { mirrors: {}, snapshot: undefined };
  return async (packages) => {
    const files = new Map<string, string>();
    await mapLimited(Object.entries(packages), 6, async ([name, pin]) => {
      files.set(name, (await fetchPackage({ name, pin, cacheDir: host.cacheDir, sources, host })).file);
    });
    return files;
  };
}
