import { digestOf, sha256 } from "../digest.ts";
import type { EnvironmentSpec } from "../spec/spec.ts";
import {
  environmentLabel,
  fingerprintLabel,
  projectLabel,
  targetLabel,
  workspaceLabel,
  writeInputs,
} from "./labels.ts";
import type { ContainerPlan, ImagePlan, Inputs, Mount, Workspace } from "./plan.ts";

/** What this host adds to every container: its certificates and proxies. Never part of an image. */
export interface HostAdditions {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

export interface ContainerPlanInput {
  readonly project: string;
  readonly workspace: Workspace;
  /** The inode of the workspace's folder: one that was deleted and made anew is no longer what is mounted. */
  readonly inode: number;
  readonly environment: EnvironmentSpec;
  readonly image: ImagePlan;
  readonly host: HostAdditions;
}

/** The workspace at an absolute real path. */
export function workspaceAt(root: string): Workspace {
  return { root, id: sha256(root).slice(0, 12) };
}

export function planContainer(input: ContainerPlanInput): ContainerPlan {
  const { project, workspace, environment, image, host } = input;
  const { target } = environment.workspace;
  const inputs = containerInputs(input);
  return {
    name: `${project}-${environment.name}-${workspace.id.slice(0, 8)}`,
    image: image.tag,
    workdir: target,
    env: { ...host.env, ...environment.env },
    mounts: [{ kind: "bind", source: workspace.root, target, readOnly: false }, ...host.mounts],
    ports: environment.ports,
    labels: {
      [projectLabel]: project,
      [workspaceLabel]: workspace.id,
      [environmentLabel]: environment.name,
      [fingerprintLabel]: image.fingerprint,
      [targetLabel]: target,
      ...writeInputs(inputs),
    },
    inputs,
  };
}

function containerInputs({ environment, image, host, inode }: ContainerPlanInput): Inputs {
  const short = (value: unknown) => digestOf(value).slice(0, 12);
  const ports = environment.ports.map((port) => ({ container: port.container, host: port.host }));
  return {
    image: image.fingerprint.slice(0, 12),
    ...prefixed("image.", image.inputs),
    ...prefixed("env.", mapValues(environment.env, short)),
    "the workspace's folder": short(inode),
    "workspace.target": short(environment.workspace.target),
    ports: short(ports),
    "the host's certificates and proxies": short(host),
  };
}

function prefixed(prefix: string, inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [`${prefix}${key}`, value]));
}

function mapValues(record: Inputs, change: (value: string) => string): Inputs {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
