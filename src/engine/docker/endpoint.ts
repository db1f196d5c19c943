import type { DockerOptions } from "dockerode";

/** Where the engine listens and how it is reached. */
export interface Endpoint {
  /** As the user would write it into DOCKER_HOST. */
  readonly address: string;
  readonly options: DockerOptions;
}
