import type { Sha256 } from "../../digest.ts";
import { type CachedArchive, fetchArchive, isIntact, lookupArchive } from "../../host/download.ts";
import { redactUrl } from "../../host/redact-url.ts";
import { readHostTrust } from "../../host/trust.ts";
import { canonicalTar, lookupTar } from "../../host/unpack.ts";
import type { ContextFile, ImagePlan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";

export interface ArchiveRequest {
  readonly environment: string;
  readonly url: string;
  readonly sha256: Sha256 | undefined;
  /** Config key of the layer. */
  readonly key: string;
  /** Ask the address again, whatever it gave before. */
  readonly refresh?: boolean | undefined;
}

/** The sha256 of an archive: as the config says, as known from an earlier download, or by downloading it now. */
export async function archiveDigest(context: OperationContext, request: ArchiveRequest): Promise<Sha256> {
  if (request.sha256 !== undefined) return request.sha256;
  return (await openArchive(context, request)).sha256;
}

/** The tars that the archive layers of an image add to its build context. */
export async function archiveEntries(context: OperationContext, image: ImagePlan): Promise<readonly ContextFile[]> {
  const { host, signal } = context;
  const { cacheDir } = host;
  const entries: ContextFile[] = [];
  for (const { key, url, sha256, strip, path } of image.archives) {
    const request = { environment: image.environment, url, sha256, key };
    const tar =
      (await lookupTar({ cacheDir, sha256, strip })) ??
      (await canonicalTar({ key, url, ...(await intactArchive(context, request)), strip, cacheDir, host, signal }));
    entries.push({ kind: "file", path, mode: 0o644, size: tar.size, digest: tar.sha256, source: tar.file });
  }
  return entries;
}

/** One in the cache that somebody changed since it was received is had anew. */
async function intactArchive(context: OperationContext, request: ArchiveRequest): Promise<CachedArchive> {
  const download = await openArchive(context, request);
  return (await isIntact(download)) ? download : openArchive(context, request);
}

/** The download of an archive, from the cache or its address. */
export async function openArchive(context: OperationContext, request: ArchiveRequest): Promise<CachedArchive> {
  const { url, sha256, refresh } = request;
  if (refresh && sha256 === undefined) return fetchReported(context, request);
  return (await lookupArchive({ cacheDir: context.host.cacheDir, url, sha256 })) ?? fetchReported(context, request);
}

function fetchReported(context: OperationContext, request: ArchiveRequest): Promise<CachedArchive> {
  const { host, spec, signal, report } = context;
  const { environment, url, sha256, key, refresh } = request;
  const shown = redactUrl(url);
  return runStep(context, { environment, step: "download", text: `downloading ${shown}` }, async () => {
    const { bundle } = await readHostTrust(host);
    const onProgress = (progress: { current: number; total: number }) =>
      report({ kind: "transfer", environment, step: "download", progress });
    const value = await fetchArchive({
      url,
      sha256,
      key,
      cwd: spec.root,
      cacheDir: host.cacheDir,
      host,
      certificates: bundle,
      refresh,
      onProgress,
      signal,
    });
    return { text: `${shown} downloaded`, value };
  });
}
