import { devenvError, isDevenvError } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import type { BuildRequest } from "../engine.ts";
import { refusedBuild } from "./build-failure.ts";
import { buildQuery } from "./build-query.ts";
import { type BuildSession, openBuildSession } from "./build-session.ts";
import { followBuild } from "./build-stream.ts";
import type { Connection } from "./connection.ts";

export interface EngineToBuildOn {
  readonly connection: Connection;
  readonly host: Host;
  /** The engine's own: `linux/amd64`. */
  readonly platform: string;
}

/**
 * Build and tag an image with BuildKit. Throws IMAGE_BUILD_FAILED; CONTEXT_CHANGED or CONTEXT_UNREADABLE when a
 * file could not be sent; ENGINE_LOST when a connection breaks; the signal's reason after an abort, when the
 * connection is closed and the engine stops.
 *
 * Equal steps of builds that run at the same time are merged by BuildKit, whatever their secrets: such builds
 * must not have different secrets under one id.
 */
export async function buildWithBuildKit(request: BuildRequest, engine: EngineToBuildOn): Promise<void> {
  const { connection, host, platform } = engine;
  const action = `build image \`${request.tag}\``;
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, ...(request.signal === undefined ? [] : [request.signal])]);
  let ownFailure: unknown;
  const onFailure = (error: unknown) => {
    ownFailure ??= error;
  };
  const session = await openBuildSession({ connection, host, request, action, onFailure });
  const stopWatching = watchSession(session, () => lost.abort(devenvError("ENGINE_LOST", { action })));
  try {
    const query = { ...buildQuery(request, platform), version: 2, session: session.id, remote: "client-session" };
    const stream = await connection.requestStream({ method: "POST", path: "/build", query, action, signal });
    await followBuild(stream, request);
  } catch (error) {
    signal.throwIfAborted();
    if (isDevenvError(ownFailure)) throw ownFailure;
    throw refusedBuild(request.tag, connection.translate(error, { action, signal }));
  } finally {
    stopWatching();
    session.close();
  }
}

/** Time for a build that ends together with its session to say how it ended. */
const goodbyeMs = 500;

/** A build whose session is gone would wait for it; says so once, unless told to stop watching. */
function watchSession(session: BuildSession, onLost: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isWatching = true;
  void session.closed.then(() => {
    if (isWatching) timer = setTimeout(onLost, goodbyeMs);
  });
  return () => {
    isWatching = false;
    clearTimeout(timer);
  };
}
