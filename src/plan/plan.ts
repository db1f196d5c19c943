/** What must exist: images with their Dockerfile and build context, and the container of each environment. Pure data. */
import type { Sha256 } from "../digest.ts";
import type { ContextEntry, ContextFile } from "../host/walk.ts";
import type { BaseSpec, PortSpec } from "../spec/spec.ts";

export interface Plan {
  readonly project: string;
  readonly workspace: Workspace;
  /** In the config's order; an environment's base environment may stand after it. */
  readonly environments: readonly EnvironmentPlan[];
}

/** The project's folder on this host. */
export interface Workspace {
  /** Absolute real path. */
  readonly root: string;
  /** First 12 hex digits of the sha256 of the root. */
  readonly id: string;
}

export interface EnvironmentPlan {
  readonly name: string;
  readonly image: ImagePlan;
  readonly container: ContainerPlan;
}

export interface ImagePlan {
  readonly environment: string;
  /** Place of the image in the config: `environments.dev.image`. */
  readonly key: string;
  readonly base: BaseSpec;
  /** The base's name in the engine: what FROM says. */
  readonly baseTag: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** The whole Dockerfile. */
  readonly dockerfile: string;
  /** Which config key made which lines of the Dockerfile, in order. */
  readonly origins: readonly LineOrigin[];
  /** What the Dockerfile copies, sorted depth first by path. */
  readonly context: readonly ContextEntry[];
  /** Tars that join the context when the image is built. */
  readonly archives: readonly ArchiveFile[];
  /** User that the image ends with, if the config says one. */
  readonly user: string | undefined;
  readonly fingerprint: Sha256;
  /** `localhost/PROJECT/ENVIRONMENT:FINGERPRINT`; the host part keeps it from ever being pulled from a public registry. */
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Counted inputs by their place in the image, each as a short digest: `layers[1]` → `3f9a1c27e0b4`. What changed is read off two of these. */
  readonly inputs: Inputs;
}

export interface ArchiveFile {
  /** Config key of the layer. */
  readonly key: string;
  /** As in the config, for this platform. */
  readonly url: string;
  /** Of the download. */
  readonly sha256: Sha256;
  readonly strip: number;
  /** Where the canonical tar stands in the context. */
  readonly path: string;
}

export type Inputs = Readonly<Record<string, string>>;

export interface LineOrigin {
  /** 1-based, inclusive. */
  readonly from: number;
  readonly to: number;
  /** Full config key: `environments.dev.image.layers[1]`. */
  readonly key: string;
}

export type { ContextEntry, ContextFile };

export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly ports: readonly PortSpec[];
  readonly labels: Readonly<Record<string, string>>;
  /** Everything that makes a running container differ, as for an image; those of the image stand below `image`. */
  readonly inputs: Inputs;
}

export interface Mount {
  readonly kind: "bind";
  /** Absolute path on the host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}
