import { STATUS_CODES } from "node:http";
import { type Dispatcher, request } from "undici";

export interface GetOptions {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Form fields: makes it a POST. */
  readonly form?: Readonly<Record<string, string>> | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** An offline machine shall not keep anybody waiting. */
const timeoutMs = 5_000;
/** No registry takes larger manifests; configs of images are smaller. */
const mostBytes = 4 * 1024 * 1024;
const mostRedirects = 5;

/** One document over HTTP, redirects followed; credentials stay with the server that they are meant for. */
export async function get(address: string, { dispatcher, headers, signal, form }: GetOptions): Promise<Answer> {
  const times = AbortSignal.timeout(timeoutMs);
  const options = { dispatcher, signal: signal === undefined ? times : AbortSignal.any([signal, times]) };
  const { authorization, ...plain } = { authorization: undefined, ...headers };
  let url = new URL(address);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const mayLogIn = authorization !== undefined && url.origin === new URL(address).origin;
    const sent = { "user-agent": "devenv", ...plain, ...(mayLogIn ? { authorization } : {}) };
    const response = await request(url, { ...options, headers: sent, ...formBody(sent, form) });
    const next = redirectOf(response, url);
    if (next === undefined) {
      return { status: response.statusCode, headers: response.headers, body: await readBody(response.body) };
    }
    await response.body.dump();
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new Error("it redirects from HTTPS to plain HTTP");
    url = next;
  }
  throw new Error(`it redirects more than ${mostRedirects} times`);
}

/** `403 Forbidden` */
export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}

function formBody(headers: Readonly<Record<string, string>>, form: GetOptions["form"]) {
  if (form === undefined) return {};
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST" as const, headers: { ...headers, ...type }, body: new URLSearchParams(form).toString() };
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  return URL.parse(headers.location?.toString() ?? "", from.href) ?? undefined;
}

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`its answer has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
