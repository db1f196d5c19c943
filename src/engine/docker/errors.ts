import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";

/** Who asked whom for what. */
export interface EngineErrorContext {
  readonly address: string;
  readonly userName: string;
  /** After "could not": "create container `x`". */
  readonly action: string;
}

/** The catalogue error for what a request to the engine failed with, by errno and status code only. */
export function translateEngineError(error: unknown, { address, userName, action }: EngineErrorContext): DevenvError {
  if (isDevenvError(error)) return error;
  const { code, statusCode, syscall } = error as RequestError;
  if (statusCode !== undefined) {
    return devenvError("ENGINE_FAILED", { action, status: statusCode, reason: reasonOf(error) }, error);
  }
  if (code === "EACCES" || code === "EPERM") {
    return devenvError("ENGINE_FORBIDDEN", { address, user: userName }, error);
  }
  if (code !== undefined && lostCodes.has(code)) return devenvError("ENGINE_LOST", { action }, error);
  const unreachable = code === undefined ? undefined : unreachableReasons[code];
  if (unreachable !== undefined || syscall === "connect" || isTlsCode(code)) {
    return devenvError("ENGINE_UNREACHABLE", { address, reason: unreachable ?? reasonOf(error) }, error);
  }
  return devenvError("ENGINE_FAILED", { action, reason: reasonOf(error) }, error);
}

/** The HTTP status that the engine refused a request with. */
export function statusOf(error: unknown): number | undefined {
  return isDevenvError(error, "ENGINE_FAILED") ? (error.details as { status?: number }).status : undefined;
}

interface RequestError extends NodeJS.ErrnoException {
  /** docker-modem: the answer's status; its body too, except for a streamed answer. */
  readonly statusCode?: number;
  readonly json?: { readonly message?: unknown; readonly cause?: unknown } | null;
}

/** A request was under way; `ECONNRESET` is also Node's "socket hang up" and "aborted". */
const lostCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_HTTP2_ERROR",
]);

const unreachableReasons: Readonly<Record<string, string>> = {
  ENOENT: "the socket does not exist",
  ENOTDIR: "the socket does not exist",
  ECONNREFUSED: "nothing listens there",
  ENOTSOCK: "it is not a socket",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name could not be looked up",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "no route leads there",
  ENETUNREACH: "no route leads there",
};

function isTlsCode(code: string | undefined): boolean {
  return code !== undefined && /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code);
}

/** The engine's own words on one line without a final period. */
function reasonOf(error: unknown): string {
  const { json, statusCode, message } = error as RequestError;
  const own = typeof json?.message === "string" ? json.message : message;
  // docker-modem puts its own words before the engine's in a streamed answer's message
  const text = statusCode === undefined ? own : own.replace(/^\(HTTP code \d+\) \w+ - /, "");
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, "; ")
    .replace(/\.$/, "");
}
