import { digestOf } from "../digest.ts";
import type { GitPlace } from "../host/git-place.ts";
import type { EnvironmentSpec, WorkspaceMode } from "../spec/spec.ts";
import type { GitPlan, ImagePlan, Inputs, Mount, UserPlan, Workspace } from "./plan.ts";

/** What this host adds to every container: its certificates, its proxies and the ids of who works on it. Never part of an image. */
export interface HostAdditions {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** `Europe/Berlin`; undefined where no environment asks for it. */
  readonly timezone?: string | undefined;
  /** Undefined where the host has none. */
  readonly ids: UserPlan["ids"];
}

export interface ContainerPlanInput {
  readonly project: string;
  readonly workspace: Workspace;
  /** The inode of the workspace's folder: one that was deleted and made anew is no longer what is mounted. */
  readonly inode: number;
  readonly environment: EnvironmentSpec;
  /** How the workspace gets into it. */
  readonly mode: WorkspaceMode;
  readonly image: ImagePlan;
  readonly host: HostAdditions;
  /** The repository that the workspace is in. */
  readonly git?: GitPlace | undefined;
  /** The engine is on another machine: nothing of this one can be mounted. */
  readonly isElsewhere?: boolean | undefined;
  /** What the env files say. */
  readonly fileEnv: Readonly<Record<string, string>>;
  /** Files of the config, relative to the workspace. */
  readonly config?: readonly string[];
}

/** Counts for the run that asks for it, and not for the next one, which does not. */
export const requestedDotfiles = "--dotfiles";

/** Everything that makes a running container differ, each input under the name that the user knows it by. */
export function containerInputs(
  input: ContainerPlanInput,
  { user, git }: { readonly user: UserPlan; readonly git: GitPlan | undefined },
): Inputs {
  const { environment, mode, image, host, inode, fileEnv } = input;
  const timezone = environment.host.timezone ? host.timezone : undefined;
  const ports = environment.ports.map((port) => ({ container: port.container, host: port.host }));
  return {
    image: image.fingerprint.slice(0, 12),
    ...prefixed("image.", image.inputs),
    ...prefixed("env.", mapValues({ ...fileEnv, ...environment.env }, short)),
    ...(mode === "bind" ? { "the workspace's folder": short(inode) } : {}),
    "workspace.target": short(environment.workspace.target),
    ports: short(ports),
    "the host's certificates and proxies": short({ env: host.env, mounts: host.mounts }),
    ...(user.ids === undefined ? {} : { "the host's user": short(user.ids) }),
    ...(mode === "bind" ? {} : { "workspace.mode": short(mode) }),
    // only where there is something: what containers of earlier versions lack otherwise is no reason to make them anew
    ...(git === undefined || git.mounts.length === 0 ? {} : { "the git folder": short(git.mounts) }),
    ...(timezone === undefined ? {} : { "the host's time zone": short(timezone) }),
    ...optionalInputs(environment),
    ...(mode === "bind" && environment.workspace.protectConfig
      ? { "workspace.protectConfig": short(input.config ?? []) }
      : {}),
  };
}

/** Keys that most configs do not have: what is not said does not count. */
function optionalInputs(environment: EnvironmentSpec): Inputs {
  const { workspace, mounts, caches, secrets, resources, gpus, devices, capAdd, securityOpt, hooks, dotfiles } =
    environment;
  const said: Readonly<Record<string, unknown>> = {
    "workspace.volumes": filled(workspace.volumes),
    mounts: filled(mounts.map(({ kind, source, target, readOnly }) => ({ kind, source, target, readOnly }))),
    caches: filled(caches),
    secrets: filled(secrets.map(({ name, source, asEnv }) => ({ name, source, asEnv }))),
    "resources.cpus": resources.cpus,
    "resources.memory": resources.memory,
    gpus,
    devices: filled(devices),
    capAdd: filled(capAdd),
    securityOpt: filled(securityOpt),
    "hooks.create": hooks.create && { parallel: hooks.create.parallel, commands: hooks.create.commands },
    dotfiles,
    [requestedDotfiles]: environment.requestedDotfiles,
  };
  const entries = Object.entries(said).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, short(value)]));
}

function filled<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

function short(value: unknown): string {
  return digestOf(value).slice(0, 12);
}

function prefixed(prefix: string, inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [`${prefix}${key}`, value]));
}

function mapValues(record: Inputs, change: (value: string) => string): Inputs {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
