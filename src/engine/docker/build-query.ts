import type { BuildRequest } from "../engine.ts";
import type { Query } from "./request.ts";

/** Parameters that every kind of build takes. Docker 20.10 takes a platform only in experimental mode, so the engine's own is not named. */
export function buildQuery(request: BuildRequest, enginePlatform: string): Query {
  return {
    t: request.tag,
    labels: JSON.stringify(request.labels),
    buildargs: JSON.stringify(request.buildArgs),
    nocache: request.noCache === true ? 1 : undefined,
    platform: request.platform === enginePlatform ? undefined : request.platform,
  };
}
