import { archiveOf, debianArchitecture, mirrorSources } from "../../host/apt-archive.ts";
import type { FetchBootstrapPackage } from "../../host/bootstrap/packages.ts";
import { fetchArchive } from "../../host/download.ts";
import { readHostTrust } from "../../host/trust.ts";
import type { BootstrapBase } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";

/** How the packages of a base are had: from the cache, else from its mirror. */
export function packageFetcher(
  { host, signal }: OperationContext,
  base: BootstrapBase,
  { key, platform }: { readonly key: string; readonly platform: string },
): FetchBootstrapPackage {
  const archive = archiveOf(base.suite, debianArchitecture(platform));
  const sources = mirrorSources(archive, base.mirror);
  return async (_name, { archive: wanted, path, sha256 }) => {
    const source = [...sources, ...archive.sources].find((one) => one.archive === wanted) ?? archive.sources[0];
    const { bundle } = await readHostTrust(host);
    const url = `${source?.uri.replace(/\/+$/, "")}/${path.replaceAll("+", "%2b")}`;
    const { cacheDir } = host;
    return (await fetchArchive({ url, sha256, cacheDir, host, certificates: bundle, key, signal })).file;
  };
}
