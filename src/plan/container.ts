import { posix } from "node:path";
import { digestOf, sha256 } from "../digest.ts";
import { childKey } from "../spec/child-key.ts";
import type { EnvironmentSpec } from "../spec/spec.ts";
import { type ContainerPlanInput, containerInputs } from "./container-inputs.ts";
import { gitVariables, planGit } from "./git.ts";
import { hasReference } from "./image-variables.ts";
import {
  environmentLabel,
  fingerprintLabel,
  folderLabel,
  modeLabel,
  projectIdLabel,
  projectLabel,
  rootLabel,
  secretVariablesLabel,
  targetLabel,
  workspaceLabel,
  writeInputs,
} from "./labels.ts";
import type { ContainerPlan, GitPlan, UserPlan, Workspace } from "./plan.ts";
import { planVolumes } from "./volumes.ts";

/** Where secrets are files; in memory, so that nothing of them outlives the container's run. */
export const secretsFolder = "/run/secrets";

/** What of the workspace's folder stays when it is moved. */
export interface FolderIdentity {
  readonly device: number;
  readonly inode: number;
  /** Milliseconds since the epoch: an inode's number is given again after its folder is deleted. */
  readonly born: number;
}

/** The workspace at an absolute real path. */
export function workspaceAt(root: string, identity: FolderIdentity): Workspace {
  return { root, id: workspaceId(root), folder: digestOf(identity).slice(0, 12) };
}

export function workspaceId(root: string): string {
  return sha256(root).slice(0, 12);
}

export function planContainer(input: ContainerPlanInput): ContainerPlan {
  const { project, workspace, environment, mode, image, host, fileEnv } = input;
  const { target, sync, watch, volumes: exclude, protectConfig } = environment.workspace;
  const { config = [] } = input;
  const user = planUser(image.user, host.ids);
  const volumes = planVolumes({ project, workspace, environment, mode, user: image.user, uid: host.ids?.uid });
  const git = gitOf(input, volumes);
  const inputs = containerInputs(input, { user, git });
  const timezone = environment.host.timezone && host.timezone !== undefined ? { TZ: host.timezone } : {};
  const env = { ...host.env, ...timezone, ...fileEnv, ...environment.env };
  const hasSecrets = environment.secrets.length > 0;
  return {
    name: `${project}-${environment.name}-${workspace.id.slice(0, 8)}`,
    image: image.tag,
    workdir: target,
    env: git === undefined ? env : { ...env, ...gitVariables(git, env) },
    references: referencesOf(environment),
    mounts: [
      ...(mode === "bind" ? [{ kind: mode, source: workspace.root, target, readOnly: false }] : []),
      ...(mode === "bind" && protectConfig ? config.map((path) => protectedMount(input, path)) : []),
      ...(git?.mounts ?? []),
      ...environment.mounts.map(({ kind, source, target: at, readOnly }) => ({ kind, source, target: at, readOnly })),
      ...host.mounts,
    ],
    workspace: { mode, ...sync, exclude, watch, config, protectConfig },
    git,
    volumes,
    tmpfs: hasSecrets ? [{ target: secretsFolder, mode: 0o1777 }] : [],
    ports: environment.ports,
    user,
    limits: environment.resources,
    devices: environment.devices,
    capAdd: environment.capAdd,
    securityOpt: environment.securityOpt,
    gpus: environment.gpus,
    labels: {
      ...labelsOf(input),
      [targetLabel]: target,
      ...(mode === "bind" ? {} : { [modeLabel]: mode }),
      ...secretVariables(environment),
      ...writeInputs(inputs),
    },
    inputs,
  };
}

/** Nobody inside can write it, nor put another file in its place: the engine's mount is there. */
function protectedMount({ workspace, environment }: ContainerPlanInput, path: string): ContainerPlan["mounts"][number] {
  const target = posix.join(environment.workspace.target, path);
  return { kind: "bind", source: posix.join(workspace.root, path), target, readOnly: true };
}

function gitOf(input: ContainerPlanInput, volumes: ContainerPlan["volumes"]): GitPlan | undefined {
  const { git: place, environment, mode, host, isElsewhere = false } = input;
  const { target, sync } = environment.workspace;
  if (place === undefined) return undefined;
  const taken = [...environment.mounts, ...host.mounts, ...volumes].map((one) => one.target);
  const comesBack = mode !== "copy" && sync.direction !== "to-container";
  return planGit({ place, target, comesBack, isElsewhere, taken });
}

function labelsOf({ project, workspace, environment, image }: ContainerPlanInput) {
  return {
    [projectLabel]: project,
    ...(workspace.projectId === undefined ? {} : { [projectIdLabel]: workspace.projectId }),
    [workspaceLabel]: workspace.id,
    [rootLabel]: workspace.root,
    [folderLabel]: workspace.folder,
    [environmentLabel]: environment.name,
    [fingerprintLabel]: image.fingerprint,
  };
}

function referencesOf({ key, env }: EnvironmentSpec): ContainerPlan["references"] {
  const names = Object.keys(env).filter((name) => hasReference(env[name] ?? ""));
  return Object.fromEntries(names.map((name) => [name, childKey(childKey(key, "env"), name)]));
}

/** A config that asks for root gets root; anybody else works under the ids of the person at the host. */
function planUser(user: string | undefined, ids: UserPlan["ids"]): UserPlan {
  const [name] = user?.split(":") ?? [];
  return { name, ids: name === "root" || name === "0" ? undefined : ids };
}

function secretVariables({ secrets }: EnvironmentSpec): Readonly<Record<string, string>> {
  const names = secrets.filter(({ asEnv }) => asEnv).map(({ name }) => name);
  return names.length === 0 ? {} : { [secretVariablesLabel]: names.join(",") };
}
