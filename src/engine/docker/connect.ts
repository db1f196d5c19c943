import type { Host } from "../../host/host.ts";
import type { Engine } from "../engine.ts";
import { openConnection } from "./connection.ts";
import { dockerContainers } from "./containers.ts";
import { discoverEndpoint } from "./discover.ts";
import { dockerImages } from "./images.ts";
import { engineInfo } from "./info.ts";
import { dockerVolumes } from "./volumes.ts";

/**
 * The engine that this user means; nothing is dialled before the first request. Throws
 * ENGINE_UNREACHABLE for an address or a Docker context that cannot be one.
 */
export function connectEngine(host: Host): Engine {
  const endpoint = discoverEndpoint(host);
  const connection = openConnection(endpoint, host.userName);
  return {
    address: endpoint.address,
    info: () => engineInfo(connection),
    images: dockerImages({
      connection,
      host,
      build: async (request) => (await import("./build.ts")).buildImage(request, { connection, host }),
    }),
    containers: dockerContainers(connection, { local: endpoint.local }),
    volumes: dockerVolumes(connection),
  };
}
