import { devenvError, isDevenvError } from "../../errors.ts";
import type { BuildRequest } from "../engine.ts";
import { type BuildCredentials, type BuildSession, openBuildSession } from "./build-session.ts";
import { buildFailed, followBuild } from "./build-stream.ts";
import type { Connection, Query } from "./connection.ts";
import { statusOf } from "./errors.ts";

export interface BuildOptions {
  /** The engine's own: `linux/amd64`. */
  readonly enginePlatform: string;
  /** Socket of the user's ssh agent, `SSH_AUTH_SOCK`. */
  readonly sshAgent: string | undefined;
  /** What a registry host is logged in to with; undefined: nothing. */
  credentialsFor(host: string): Promise<BuildCredentials | undefined>;
}

/**
 * Build and tag an image with BuildKit. Throws IMAGE_BUILD_FAILED; CONTEXT_CHANGED or CONTEXT_UNREADABLE when a
 * file could not be sent; ENGINE_LOST when a connection breaks; the signal's reason after an abort, when the
 * engine has been told to stop.
 *
 * Equal steps of builds that run at the same time are merged by BuildKit, whatever their secrets: such builds
 * must not have different secrets under one id.
 */
export async function buildImage(connection: Connection, request: BuildRequest, options: BuildOptions): Promise<void> {
  const action = `build image \`${request.tag}\``;
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, ...(request.signal === undefined ? [] : [request.signal])]);
  let fileFailure: unknown;
  const session = await openBuildSession(connection, {
    ...options,
    request,
    action,
    onFileFailure: (error) => {
      fileFailure ??= error;
    },
  });
  const stopWatching = watchSession(session, () => lost.abort(devenvError("ENGINE_LOST", { action })));
  try {
    const query = buildQuery(request, session.id, options.enginePlatform);
    const stream = await connection.requestStream({ method: "POST", path: "/build", query, action, signal });
    await followBuild(stream, request);
  } catch (error) {
    signal.throwIfAborted();
    if (isDevenvError(fileFailure)) throw fileFailure;
    if (isDevenvError(error, "IMAGE_BUILD_FAILED")) throw error;
    throw refusedBuild(connection.translate(error, { action, signal }), request.tag);
  } finally {
    stopWatching();
    session.close();
  }
}

/** What BuildKit builds take as parameters; also the plain builds' ones, but for the session. */
function buildQuery(request: BuildRequest, session: string, enginePlatform: string): Query {
  return { ...commonBuildQuery(request, enginePlatform), version: 2, session, remote: "client-session" };
}

/** Docker 20.10 takes a platform only in experimental mode, so the engine's own is not named. */
export function commonBuildQuery(request: BuildRequest, enginePlatform: string): Query {
  return {
    t: request.tag,
    labels: JSON.stringify(request.labels),
    buildargs: JSON.stringify(request.buildArgs),
    nocache: request.noCache === true ? 1 : undefined,
    platform: request.platform === enginePlatform ? undefined : request.platform,
  };
}

/** A build whose session is gone may wait for it for ever; one that ends with its session gets a moment to say so. */
function watchSession(session: BuildSession, onLost: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  void session.closed.then(() => {
    if (!stopped) timer = setTimeout(onLost, 500);
  });
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** A Dockerfile that cannot be parsed is refused before the build starts, with a status. */
export function refusedBuild(error: unknown, tag: string): unknown {
  if (statusOf(error) === undefined || !isDevenvError(error, "ENGINE_FAILED")) return error;
  return buildFailed({ tag, reason: (error.details as { reason: string }).reason });
}
