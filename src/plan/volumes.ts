import { posix } from "node:path";
import { sha256 } from "../digest.ts";
import type { EnvironmentSpec, WorkspaceMode } from "../spec/spec.ts";
import {
  cacheLabel,
  environmentLabel,
  folderLabel,
  type Labels,
  projectIdLabel,
  projectLabel,
  rootLabel,
  volumeLabel,
  workspaceLabel,
} from "./labels.ts";
import type { VolumePlan, Workspace } from "./plan.ts";

export interface VolumePlanInput {
  readonly project: string;
  readonly workspace: Workspace;
  readonly environment: EnvironmentSpec;
  /** User that the image ends with; undefined: the image's own. */
  readonly user: string | undefined;
  /** How the workspace gets into the container: mounted, or by way of a volume. */
  readonly mode: WorkspaceMode;
  /** User id of the person at the host: two people do not share a cache. */
  readonly uid: number | undefined;
}

/** Where the shells of an environment keep their history. */
export const historyFolder = "/var/lib/devenv/history";

/** Names that no folder of a workspace has; a volume `ports` is never mounted: its labels remember. */
export const historyVolume = "/history";
export const portsVolume = "/ports";
export const workspaceVolume = "/workspace";

/** The volumes of an environment: the workspace where it is not mounted, folders of the workspace, its shells' history, and caches that projects share. */
export function planVolumes(input: VolumePlanInput): readonly VolumePlan[] {
  const { workspace, caches } = input.environment;
  return [
    ...(input.mode === "bind" ? [] : [own(input, workspaceVolume, workspace.target)]),
    ...workspace.volumes.map((folder) => own(input, folder, posix.join(workspace.target, folder))),
    own(input, historyVolume, historyFolder),
    ...caches.map(({ name, target }) => shared(input, name, target)),
  ];
}

/** Name and labels of a volume that belongs to one environment of one workspace. */
export function ownVolume(
  {
    project,
    workspace,
    environment,
  }: Pick<VolumePlanInput, "project" | "workspace"> & {
    readonly environment: { readonly name: string };
  },
  what: string,
): { readonly name: string; readonly labels: Labels } {
  return {
    name: `${project}-${environment.name}-${workspace.id.slice(0, 8)}-${volumeSlug(what)}`,
    labels: {
      [projectLabel]: project,
      ...(workspace.projectId === undefined ? {} : { [projectIdLabel]: workspace.projectId }),
      [workspaceLabel]: workspace.id,
      [folderLabel]: workspace.folder,
      [rootLabel]: workspace.root,
      [environmentLabel]: environment.name,
      [volumeLabel]: what,
    },
  };
}

function own(input: VolumePlanInput, what: string, target: string): VolumePlan {
  return { kind: "own", what, target, ...ownVolume(input, what) };
}

function shared({ uid, user }: VolumePlanInput, name: string, path: string): VolumePlan {
  const target = path.startsWith("~/") ? posix.join(homeOf(user), path.slice(2)) : path;
  const owner = uid === undefined ? "" : `-${uid}`;
  return {
    kind: "shared",
    what: name,
    target,
    name: `devenv-cache${owner}-${volumeSlug(name)}`,
    labels: { [cacheLabel]: name },
  };
}

/** By convention; rules see to it that there is a user where this is asked. */
export function homeOf(user: string | undefined): string {
  const [name = "root"] = (user ?? "root").split(":");
  return name === "root" || name === "0" ? "/root" : `/home/${name}`;
}

/** As much of a text as a volume's name may hold; a short digest tells two apart whose rest is equal. */
export function volumeSlug(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^-|-$/g, "");
  return plain === text ? plain : `${plain}-${sha256(text).slice(0, 6)}`;
}
