import type { Host } from "../../host/host.ts";
import type { BuildRequest } from "../engine.ts";
import { buildWithBuildKit } from "./buildkit-build.ts";
import type { Connection } from "./connection.ts";
import { engineInfo } from "./info.ts";
import { buildPlain } from "./plain-build.ts";

export interface BuildImageOptions {
  readonly connection: Connection;
  readonly host: Host;
}

/**
 * Build and tag an image, the contract of `EngineImages.build`: over a BuildKit session, or without one where the
 * engine has none (Podman).
 */
export async function buildImage(request: BuildRequest, { connection, host }: BuildImageOptions): Promise<void> {
  request.signal?.throwIfAborted();
  const engine = await engineInfo(connection);
  const build = engine.buildkit ? buildWithBuildKit : buildPlain;
  await build(request, { connection, host, platform: engine.platform });
}
