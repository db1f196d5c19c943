/** Whole images to the engine: pulled by it from a registry, or sent to it as a root file system. */
import type { Readable } from "node:stream";
import { devenvError, isDevenvError } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import { credentialsFor, registryAuthHeader } from "../../host/registry/credentials.ts";
import { type ImageReference, parseImageReference } from "../../spec/image-reference.ts";
import type { ImportOptions, PullOptions, TransferProgress } from "../engine.ts";
import type { Connection, EngineCall } from "./connection.ts";
import { readJsonLines } from "./json-lines.ts";

export interface PullCall extends PullOptions {
  readonly connection: Connection;
  readonly host: Host;
}

/** Have the engine pull an image; throws IMAGE_NOT_FOUND or REGISTRY_DENIED with the engine's words. */
export async function pullImage(reference: string, { connection, host, ...options }: PullCall): Promise<void> {
  const parsed = parseImageReference(reference);
  if (parsed === undefined) throw devenvError("IMAGE_NOT_FOUND", { reference, reason: "it is not a valid reference" });
  const credentials = await credentialsFor(parsed.registry, host);
  const call: EngineCall = {
    method: "POST",
    path: "/images/create",
    query: { ...pullQuery(parsed), platform: options.platform },
    headers: credentials === undefined ? {} : { "X-Registry-Auth": registryAuthHeader(parsed.registry, credentials) },
    action: `pull image \`${reference}\``,
    signal: options.signal,
  };
  const addProgress = progressSum();
  try {
    for await (const line of streamLines(connection, call)) {
      const progress = addProgress(line);
      if (progress !== undefined) options.onProgress?.(progress);
    }
  } catch (error) {
    throw pullError(reference, error);
  }
}

/** Make an image of a root file system; some engines ignore the tag, so what came of it is looked at. */
export async function importImage(connection: Connection, tar: Readable, options: ImportOptions): Promise<string> {
  const { repository, tag } = splitTag(options.tag);
  const call: EngineCall = {
    method: "POST",
    path: "/images/create",
    query: {
      fromSrc: "-",
      repo: repository,
      tag,
      platform: options.platform,
      changes: Object.entries(options.labels).map(([name, value]) => `LABEL ${quote(name)}=${quote(value)}`),
    },
    body: tar,
    action: `import image \`${options.tag}\``,
    signal: options.signal,
  };
  let id: string | undefined;
  for await (const { status } of streamLines(connection, call)) {
    id = status?.match(/(?:^|\s|:)([0-9a-f]{64})$/)?.[1] ?? id;
  }
  if (id !== undefined) return id;
  throw connection.translate(new Error("it did not report the image that it made"), call);
}

/** Repository and tag of a reference without a digest. */
export function splitTag(reference: string): { readonly repository: string; readonly tag: string } {
  const colon = reference.lastIndexOf(":");
  if (colon <= reference.lastIndexOf("/")) return { repository: reference, tag: "latest" };
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** One line of the engine's answer; Docker and Podman differ in which members a failure has. */
interface TransferLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

/** The lines of an answer; a failure that comes after its headers is thrown like one that comes before. */
export async function* streamLines(connection: Connection, call: EngineCall): AsyncGenerator<TransferLine> {
  const answer = await connection.requestStream(call);
  try {
    for await (const line of readJsonLines(answer) as AsyncGenerator<TransferLine>) {
      const message = line.errorDetail?.message ?? line.error;
      if (message === undefined) yield line;
      else throw Object.assign(new Error(message), { statusCode: line.errorDetail?.code ?? answer.statusCode });
    }
  } catch (error) {
    throw connection.translate(error, call);
  }
}

function pullQuery({ registry, repository, tag, digest }: ImageReference) {
  return { fromImage: `${registry}/${repository}`, tag: digest ?? tag ?? "latest" };
}

function pullError(reference: string, error: unknown): unknown {
  if (!isDevenvError(error, "ENGINE_FAILED")) return error;
  const { status, reason } = error.details as { status?: number; reason: string };
  const code = status === 401 || status === 403 ? "REGISTRY_DENIED" : "IMAGE_NOT_FOUND";
  return devenvError(code, { reference, reason }, error);
}

/** Adds up the bytes of all layers; undefined for a line that tells nothing of bytes coming in. */
function progressSum(): (line: TransferLine) => TransferProgress | undefined {
  const layers = new Map<string, TransferProgress>();
  return ({ id, status, progressDetail }) => {
    if (id === undefined) return undefined;
    const known = layers.get(id);
    const { current, total } = progressDetail ?? {};
    if (status === "Downloading" && current !== undefined && total !== undefined) layers.set(id, { current, total });
    else if (status === "Download complete" && known !== undefined) layers.set(id, { ...known, current: known.total });
    else return undefined;
    const all = [...layers.values()];
    return { current: sum(all.map((layer) => layer.current)), total: sum(all.map((layer) => layer.total)) };
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A word of a Dockerfile instruction, in which `$` would name a variable. */
function quote(text: string): string {
  return `"${text.replaceAll(/[\\"$]/g, "\\$&")}"`;
}
