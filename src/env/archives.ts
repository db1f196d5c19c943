import type { Sha256 } from "../digest.ts";
import { fetchArchive, lookupArchive } from "../host/download.ts";
import { readHostTrust } from "../host/trust.ts";
import { canonicalTar } from "../host/unpack.ts";
import type { ContextFile, ImagePlan } from "../plan/plan.ts";
import type { OperationContext } from "./operation.ts";
import { runStep } from "./step.ts";

export interface ArchiveRequest {
  readonly environment: string;
  readonly url: string;
  readonly sha256: Sha256 | undefined;
}

interface Download {
  readonly file: string;
  readonly sha256: Sha256;
}

/** The sha256 of an archive: as the config says, as known from an earlier download, or by downloading it now. */
export async function archiveDigest(context: OperationContext, request: ArchiveRequest): Promise<Sha256> {
  if (request.sha256 !== undefined) return request.sha256;
  return (await openArchive(context, request)).sha256;
}

/** The tars that the archive layers of an image add to its build context. */
export async function archiveEntries(context: OperationContext, image: ImagePlan): Promise<readonly ContextFile[]> {
  const { cacheDir } = context.host;
  const entries: ContextFile[] = [];
  for (const { url, sha256, strip, path } of image.archives) {
    const download = await openArchive(context, { environment: image.environment, url, sha256 });
    const tar = await canonicalTar({ url, ...download, strip, cacheDir, host: context.host });
    entries.push({ kind: "file", path, mode: 0o644, size: tar.size, digest: tar.sha256, source: tar.file });
  }
  return entries;
}

async function openArchive(context: OperationContext, request: ArchiveRequest): Promise<Download> {
  const { url, sha256 } = request;
  return (await lookupArchive({ cacheDir: context.host.cacheDir, url, sha256 })) ?? fetchReported(context, request);
}

function fetchReported(context: OperationContext, request: ArchiveRequest): Promise<Download> {
  const { host, signal, report } = context;
  const { environment, url, sha256 } = request;
  return runStep(context, { environment, step: "download", text: `downloading ${url}` }, async () => {
    const { bundle } = await readHostTrust(host);
    const onProgress = (progress: { current: number; total: number }) =>
      report({ kind: "transfer", environment, step: "download", progress });
    const value = await fetchArchive({
      url,
      sha256,
      cacheDir: host.cacheDir,
      host,
      certificates: bundle,
      onProgress,
      signal,
    });
    return { text: `${url} downloaded`, value };
  });
}
