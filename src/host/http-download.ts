import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { STATUS_CODES } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dispatcher, request as send } from "undici";
import type { Sha256 } from "../digest.ts";
import { type DownloadTrouble, devenvError } from "../errors.ts";
import { isStorageTrouble } from "./cache.ts";
import { openHttpAgent } from "./http-agent.ts";
import { errnoOf, reasonOf } from "./reason.ts";
import { redactUrl } from "./redact-url.ts";

export interface HttpDownload {
  readonly url: string;
  /** Where the content goes; written anew by each attempt. */
  readonly file: string;
  readonly host: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly certificates?: string | undefined;
  readonly sha256?: Sha256 | undefined;
  readonly key?: string | undefined;
  /** How often it is tried at most. */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: { readonly current: number; readonly total: number }): void;
}

interface Received {
  readonly sha256: Sha256;
  readonly size: number;
}

interface Failure {
  readonly reason: string;
  readonly trouble: DownloadTrouble;
  /** Another attempt may succeed, after this time at the earliest. */
  readonly retryAfterMs: number | undefined;
  readonly cause?: unknown;
}

const defaultAttempts = 4;
const mostRedirects = 10;
const firstBackOffMs = 400;
/** A server that asks for more patience is given up on. */
const longestWaitMs = 30_000;

/** Download over HTTP: follows redirects, tries again after network errors and passing statuses. Throws DOWNLOAD_FAILED. */
export async function downloadHttp(download: HttpDownload): Promise<Received> {
  const { attempts = defaultAttempts } = download;
  await using agent = disposable(openHttpAgent({ ...download.host, certificates: download.certificates }));
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(download, agent.value);
    if ("sha256" in outcome) return outcome;
    const { reason, trouble, retryAfterMs, cause } = outcome;
    if (retryAfterMs === undefined || retryAfterMs > longestWaitMs || attempt === attempts) {
      throw devenvError("DOWNLOAD_FAILED", { key: download.key, url: redactUrl(download.url), reason, trouble }, cause);
    }
    const backOffMs = firstBackOffMs * 2 ** (attempt - 1);
    await sleep(Math.max(backOffMs, retryAfterMs), undefined, { signal: download.signal });
  }
}

function disposable(value: Dispatcher) {
  return { value, [Symbol.asyncDispose]: async () => value.destroy() };
}

async function tryOnce(download: HttpDownload, agent: Dispatcher): Promise<Received | Failure> {
  try {
    const response = await follow(download, agent);
    if ("reason" in response) return response;
    if (response.statusCode === 200) return await receive(download, response);
    await response.body.dump();
    return statusFailure(response);
  } catch (error) {
    download.signal?.throwIfAborted();
    if (isStorageTrouble(error)) throw error;
    const code = errnoOf(error) ?? "";
    if (!isCertificateCode(code)) return { reason: reasonOf(error), trouble: "network", retryAfterMs: 0, cause: error };
    const reason = `its certificate is not accepted (${code})`;
    return { reason, trouble: "certificate", retryAfterMs: undefined, cause: error };
  }
}

async function follow(download: HttpDownload, agent: Dispatcher): Promise<Dispatcher.ResponseData | Failure> {
  let url = new URL(download.url);
  let authorization = authorizationOf(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const headers = { "user-agent": "devenv", "accept-encoding": "identity", ...authorization };
    const target = url.origin + url.pathname + url.search;
    const response = await send(target, { dispatcher: agent, headers, signal: download.signal ?? null });
    const location = redirectOf(response);
    if (location === undefined) return response;
    await response.body.dump();
    const next = URL.parse(location, url.href);
    if (next === null || !["http:", "https:"].includes(next.protocol)) return refused("it redirects to no web address");
    if (url.protocol === "https:" && next.protocol === "http:" && download.sha256 === undefined) {
      return refused("it redirects from HTTPS to plain HTTP, and no `sha256` says what to expect");
    }
    // Credentials are meant for the server they were given for.
    if (next.origin !== url.origin) authorization = authorizationOf(next);
    url = next;
  }
  return refused(`it redirects more than ${mostRedirects} times`);
}

async function receive(download: HttpDownload, response: Dispatcher.ResponseData): Promise<Received> {
  const total = Number(response.headers["content-length"] ?? 0);
  const hash = createHash("sha256");
  let current = 0;
  async function* count(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      current += chunk.length;
      download.onProgress?.({ current, total });
      yield chunk;
    }
  }
  await pipeline(response.body, count, createWriteStream(download.file), { signal: download.signal });
  return { sha256: hash.digest("hex"), size: current };
}

function authorizationOf(url: URL): { readonly authorization?: string } {
  if (url.username === "" && url.password === "") return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  return headers.location?.toString();
}

function statusFailure({ statusCode, headers }: Dispatcher.ResponseData): Failure {
  const reason = `the server answered ${statusCode} ${STATUS_CODES[statusCode] ?? ""}`.trim();
  const isPassing = statusCode >= 500 || [408, 425, 429].includes(statusCode);
  const seconds = Number(headers["retry-after"] ?? 0);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  return { reason, trouble: "refused", retryAfterMs: isPassing ? waitMs : undefined };
}

function refused(reason: string): Failure {
  return { reason, trouble: "refused", retryAfterMs: undefined };
}

function isCertificateCode(code: string): boolean {
  return /^(CERT_|ERR_TLS_|UNABLE_TO_|HOSTNAME_)|SELF_SIGNED/.test(code);
}
