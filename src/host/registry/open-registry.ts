import { sha256 } from "../../digest.ts";
import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import type { Host } from "../host.ts";
import { openHttpAgent } from "../http-agent.ts";
import { reasonOf } from "../reason.ts";
import { readHostTrust } from "../trust.ts";
import { isLoopback, registryAddress } from "./address.ts";
import { authorize } from "./authorize.ts";
import { type Answer, get, statusText } from "./get.ts";

/** An image as registries name it. */
export interface RegistryReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export interface RegistryOptions {
  readonly host: Host;
  readonly reference: RegistryReference;
  readonly signal?: AbortSignal | undefined;
}

/** One repository of a registry. */
export interface Registry extends AsyncDisposable {
  /**
   * The document at `manifests/NAME` or `blobs/DIGEST`, its digest checked where the path or the server says one.
   * Throws IMAGE_NOT_FOUND, REGISTRY_DENIED, REGISTRY_UNREACHABLE, REGISTRY_FAILED.
   */
  read(path: string, accept: string): Promise<RegistryDocument>;
}

export interface RegistryDocument {
  readonly mediaType: string;
  /** `sha256:…` of the body. */
  readonly digest: string;
  readonly content: unknown;
}

/** Logs in when the registry asks for it; nothing is asked before the first document is. */
export async function openRegistry({ host, reference, signal }: RegistryOptions): Promise<Registry> {
  const { registry, repository } = reference;
  const trust = await readHostTrust(host);
  // as Docker does it: what listens on this machine is never behind a proxy
  const env = isLoopback(registry) ? {} : host.env;
  const dispatcher = openHttpAgent({ env, certificates: trust.bundle });
  const transport = { dispatcher, signal };
  let authorization: string | undefined;
  const send = async (url: string, accept: string): Promise<Answer> => {
    const ask = () => get(url, { ...transport, headers: { accept, ...(authorization && { authorization }) } });
    const answer = await ask();
    if (answer.status !== 401) return answer;
    const challenge = answer.headers["www-authenticate"];
    authorization = await authorize({ host, registry, repository, challenge, transport });
    return authorization === undefined ? answer : ask();
  };
  const read = async (path: string, accept: string): Promise<RegistryDocument> => {
    const url = `${registryAddress(registry)}/v2/${repository}/${path}`;
    const answer = await send(url, accept).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw unreachable(reference, error);
    });
    if (answer.status !== 200) throw refusal(reference, answer.status);
    return documentOf(reference, path, answer);
  };
  return { read, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}

export function printReference({ registry, repository, tag, digest }: RegistryReference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

export function registryFailed(reference: RegistryReference, reason: string): DevenvError {
  return devenvError("REGISTRY_FAILED", {
    reference: printReference(reference),
    registry: reference.registry,
    reason,
  });
}

function unreachable(reference: RegistryReference, error: unknown): unknown {
  if (isDevenvError(error)) return error;
  const isSilence = error instanceof Error && error.name === "TimeoutError";
  const reason = isSilence ? "it does not answer" : reasonOf(error);
  const { registry } = reference;
  return devenvError("REGISTRY_UNREACHABLE", { reference: printReference(reference), registry, reason }, error);
}

function refusal(reference: RegistryReference, status: number): DevenvError {
  const details = { reference: printReference(reference), reason: `the registry answered ${statusText(status)}` };
  if (status === 404) return devenvError("IMAGE_NOT_FOUND", details);
  if (status === 401 || status === 403) return devenvError("REGISTRY_DENIED", details);
  return registryFailed(reference, `it answered ${statusText(status)}`);
}

function documentOf(reference: RegistryReference, path: string, { headers, body }: Answer): RegistryDocument {
  const digest = `sha256:${sha256(body)}`;
  const said = [path.split("/").at(-1), headers["docker-content-digest"]?.toString()];
  if (said.some((one) => one?.startsWith("sha256:") && one !== digest)) {
    throw registryFailed(reference, "what it sent is not what its digest says");
  }
  try {
    const content: unknown = JSON.parse(body.toString());
    const declared = (content as { readonly mediaType?: unknown } | null)?.mediaType;
    const header = headers["content-type"]?.toString().split(";")[0]?.trim() ?? "";
    return { mediaType: typeof declared === "string" ? declared : header, digest, content };
  } catch {
    throw registryFailed(reference, "what it sent is no JSON");
  }
}
