/** Builds on an engine without BuildKit sessions, Podman: the context goes along as a tar, secrets beside it. */
import { Readable } from "node:stream";
import type { BuildRequest } from "../engine.ts";
import { refusedBuild } from "./build-failure.ts";
import { buildQuery } from "./build-query.ts";
import type { EngineToBuildOn } from "./buildkit-build.ts";
import { packPlainContext, plainDockerfilePath, plainSecrets } from "./plain-context.ts";
import { followPlainBuild } from "./plain-stream.ts";

/** Told with each build, in one line. */
const lacking = "this engine has no BuildKit sessions: the whole build context is sent, and there is no ssh agent";

/** Build and tag an image; the contract of `buildWithBuildKit`, but for the ssh agent, which no build gets here. */
export async function buildPlain(request: BuildRequest, { connection, platform }: EngineToBuildOn): Promise<void> {
  const action = `build image \`${request.tag}\``;
  const { signal } = request;
  const call = { action, signal };
  request.onEvent({ kind: "warning", text: lacking });
  const body = Readable.from(packPlainContext(request));
  let ownFailure: unknown;
  body.on("error", (error) => {
    ownFailure = error;
  });
  try {
    const secrets = plainSecrets(request.secrets).map(({ id, path }) => `id=${id},src=${path}`);
    const query = {
      ...buildQuery(request, platform),
      labels: undefined,
      dockerfile: plainDockerfilePath,
      secrets: JSON.stringify(secrets),
      // else the container of a step that failed keeps its image from being removed
      forcerm: 1,
    };
    const stream = await connection.requestStream({ ...call, method: "POST", path: "/build", query, body });
    await followPlainBuild(stream, request);
  } catch (error) {
    signal?.throwIfAborted();
    if (ownFailure !== undefined) throw ownFailure;
    throw refusedBuild(request.tag, connection.translate(error, call));
  } finally {
    body.destroy();
  }
}
