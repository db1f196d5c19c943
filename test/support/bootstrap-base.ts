import { archiveOf } from "../../src/host/apt-archive.ts";
import type { FetchBootstrapPackage } from "../../src/host/bootstrap/packages.ts";
import { resolveBootstrap } from "../../src/host/bootstrap/resolve.ts";
import { type BootstrapTar, bootstrapTar } from "../../src/host/bootstrap.ts";
import { fetchArchive } from "../../src/host/download.ts";
import type { Host } from "../../src/host/host.ts";
import type { BootstrapInput } from "../../src/host/mmdebstrap.ts";

/** A base as its distribution's archive has it now, made on this machine. */
export async function makeBase(host: Host, base: BootstrapInput): Promise<BootstrapTar> {
  const options = { platform: `linux/${host.arch}`, cacheDir: host.cacheDir, host };
  const packages = await resolveBootstrap({ base, ...options });
  return bootstrapTar({ suite: base.suite, packages, fetchPackage: fetchFrom(host, base.suite), ...options });
}

/** From the distribution's own archive, through the host's cache. */
export function fetchFrom(host: Host, suite: string): FetchBootstrapPackage {
  const { sources } = archiveOf(suite, host.arch);
  return async (_name, { archive, path, sha256 }) => {
    const uri = sources.find((source) => source.archive === archive)?.uri;
    return (await fetchArchive({ url: `${uri}/${path}`, sha256, cacheDir: host.cacheDir, host })).file;
  };
}
