/** What must exist: images with their Dockerfile and build context, and the container of each environment. Pure data. */
import type { Sha256 } from "../digest.ts";
import type { ContextEntry, ContextFile } from "../host/walk.ts";
import type { MissingPin } from "../lock/check.ts";
import type { BasePin } from "../lock/lockfile.ts";
import type { PinRequest } from "../lock/requests.ts";
import type {
  BaseSpec,
  DeviceSpec,
  EnvironmentSpec,
  HooksSpec,
  PortSpec,
  ResourcesSpec,
  SecretSpec,
  SyncSpec,
  WatchSpec,
  WorkspaceMode,
} from "../spec/spec.ts";

import type { PackageFolder } from "./packages.ts";

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
  /** Identity of the folder, the same after it was moved: 12 hex digits. */
  readonly folder: string;
  /** Which of the projects of its name it is of; undefined where its place alone counts. */
  readonly projectId?: string | undefined;
}

export interface EnvironmentPlan {
  readonly name: string;
  readonly image: ImagePlan;
  /** What its image, not that of its base environment, asks to be pinned. */
  readonly requests: readonly PinRequest[];
  /** Those that the lock has no pin for, of its base environments too: until they have one the image is not settled. */
  readonly missing: readonly MissingPin[];
  readonly container: ContainerPlan;
  readonly hooks: HooksSpec;
  readonly secrets: readonly SecretSpec[];
  readonly dotfiles: string | undefined;
}

/** What of an environment's plan it takes to start its container again. Holds no value of a variable or a secret. */
export interface StartPlan extends Pick<EnvironmentPlan, "name" | "hooks" | "secrets" | "dotfiles"> {
  readonly image: Pick<ImagePlan, "tag" | "platform">;
  readonly container: Pick<
    ContainerPlan,
    "name" | "workdir" | "workspace" | "user" | "inputs" | "mounts" | "volumes" | "git"
  >;
}

export interface ImagePlan {
  readonly environment: string;
  /** Place of the image in the config: `environments.dev.image`. */
  readonly key: string;
  readonly base: BaseSpec;
  /** The base's name in the engine: what FROM says. */
  readonly baseTag: string;
  /** What the base is locked to; undefined for an environment, and while it is not locked. */
  readonly basePin: BasePin | undefined;
  /** `linux/amd64`. */
  readonly platform: string;
  /** The whole Dockerfile. */
  readonly dockerfile: string;
  /** Which config key made which lines of the Dockerfile, in order. */
  readonly origins: readonly LineOrigin[];
  /** Steps of devenv's upon the base, those of base environments among them. */
  readonly steps: number;
  /** What the Dockerfile copies, sorted depth first by path. */
  readonly context: readonly ContextEntry[];
  /** Tars that join the context when the image is built. */
  readonly archives: readonly ArchiveFile[];
  /** Locked packages whose files join the context too. */
  readonly packages: readonly PackageFolder[];
  /** User that the image ends with, if the config says one. */
  readonly user: string | undefined;
  /** Those that its layers use. */
  readonly secrets: readonly SecretSpec[];
  readonly fingerprint: Sha256;
  /** `localhost/PROJECT/ENVIRONMENT:FINGERPRINT`; the host part keeps it from ever being pulled from a public registry. */
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Counted inputs by their place in the image, each as a short digest: `layers[1]` → `3f9a1c27e0b4`. What changed is read off two of these. */
  readonly inputs: Inputs;
  readonly facts: ImageFacts;
}

/** What each input is made of, by the same places. */
export type ImageFacts = Readonly<Record<string, readonly Fact[]>>;

export interface Fact {
  readonly what:
    | "base"
    | "command"
    | "digest"
    | "environment"
    | "file"
    | "lines"
    | "lock"
    | "option"
    | "package"
    | "platform"
    | "request"
    | "user"
    | "variable";
  /** Of a file its path, of a package, variable or option its name; empty where there is one of its kind. */
  readonly name: string;
  /** What it is, or a digest of it. */
  readonly value: string;
  /** What people may see of it. */
  readonly shown?: string | undefined;
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
  /** Of the `copy` layers that these lines bring in first, where there are any beside the one at `key`. */
  readonly copies?: readonly string[];
  /** These lines run as the user that the base ends with, and have to run as root. */
  readonly needsRoot?: true;
}

export type { ContextEntry, ContextFile };

export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Those whose values name variables of the image, with their config keys; replaced once the image is there. */
  readonly references: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly volumes: readonly VolumePlan[];
  readonly workspace: WorkspacePlan;
  /** Undefined where the workspace is in no repository. */
  readonly git: GitPlan | undefined;
  /** Folders in memory. */
  readonly tmpfs: readonly { readonly target: string; readonly mode: number }[];
  /** As wanted: a taken port of the host gives way unless it is required. */
  readonly ports: readonly PortSpec[];
  readonly user: UserPlan;
  readonly limits: ResourcesSpec;
  readonly devices: readonly DeviceSpec[];
  readonly capAdd: readonly string[];
  readonly securityOpt: readonly string[];
  readonly gpus: EnvironmentSpec["gpus"];
  readonly labels: Readonly<Record<string, string>>;
  /** Everything that makes a running container differ, as for an image; those of the image stand below `image`. */
  readonly inputs: Inputs;
}

/** What git needs inside beside the workspace. */
export interface GitPlan {
  /** Folders of the host, and where git looks for them inside. */
  readonly folders: readonly { readonly source: string; readonly target: string }[];
  /** The same, as far as they can be mounted. */
  readonly mounts: readonly Mount[];
  /** Files that stand for work trees that are on the host alone. */
  readonly marks: readonly string[];
  readonly links: readonly { readonly path: string; readonly to: string }[];
  /** Work trees that git is to trust, whoever owns them. */
  readonly safe: readonly string[];
  /** What is to be said of the mounts. */
  readonly said?: string | undefined;
  /** What of the repository stays outside, and how it comes in. */
  readonly left?: string | undefined;
  /** Why git will not work, whatever is mounted or copied. */
  readonly problem?: string | undefined;
  /** Why it will not work since nothing can be mounted. */
  readonly unmounted?: string | undefined;
}

/** How the workspace gets into the container. */
export interface WorkspacePlan extends SyncSpec {
  readonly mode: WorkspaceMode;
  /** Folders, relative to the workspace, that hold what is the container's own. */
  readonly exclude: readonly string[];
  readonly watch: readonly WatchSpec[];
  /** Files of the config, relative to the workspace. */
  readonly config: readonly string[];
  /** They are as on the host, whatever code inside does. */
  readonly protectConfig: boolean;
}

/** Who works in the container. */
export interface UserPlan {
  /** As the config says, ids left out; undefined: the image's own. */
  readonly name: string | undefined;
  /** The ids of the person at the host, which this user gets; undefined: it keeps those of the image. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
}

export interface VolumePlan {
  /** `own` belongs to one environment of one workspace, `shared` to all projects of a user. */
  readonly kind: "own" | "shared";
  /** `node_modules`, `history`, or the cache's name. */
  readonly what: string;
  readonly name: string;
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Mount {
  readonly kind: "bind" | "volume";
  /** Absolute path on the host, or a volume's name. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}
