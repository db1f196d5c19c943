/** The labels that every object of devenv carries: they are its only state. */
import type { Inputs } from "./plan.ts";

export const projectLabel = "devenv.project";
/** Tells the project from others of its name: a `ProjectIdentity`'s id. */
export const projectIdLabel = "devenv.project.id";
export const workspaceLabel = "devenv.workspace";
export const environmentLabel = "devenv.environment";
export const fingerprintLabel = "devenv.fingerprint";
/** The counted inputs as JSON: what changed is read off two of these. */
const inputsLabel = "devenv.inputs";
/** Where the workspace is inside the container. */
export const targetLabel = "devenv.target";
/** How the workspace gets into a container, where it is not mounted: `sync`, `copy`. */
export const modeLabel = "devenv.workspace.mode";

/** The environment's variables that are read from secrets, by name, separated by commas. */
export const secretVariablesLabel = "devenv.secrets.env";
/** Absolute path of the workspace on the host. */
export const rootLabel = "devenv.root";
/** Identity of the workspace's folder: it stays when the folder is moved. */
export const folderLabel = "devenv.folder";
/** What a volume of an environment holds: `node_modules`, `history`. */
export const volumeLabel = "devenv.volume";
/** Name of a cache that projects share. */
export const cacheLabel = "devenv.cache";
/** A `PortTable` as JSON. */
export const portsLabel = "devenv.ports";
/** User id that a container or volume was made for. */
export const uidLabel = "devenv.uid";
/** Snapshot that a container was made from, or that an image is. */
export const snapshotLabel = "devenv.snapshot";
/** Of a snapshot: the snapshot that its container was made from. */
export const parentLabel = "devenv.parent";
export const messageLabel = "devenv.message";
/** The commit that was checked out, and `true` where files differed from it. */
export const commitLabel = "devenv.git.commit";
export const dirtyLabel = "devenv.git.dirty";
/** Name of the user that works in a snapshot's containers. */
export const userLabel = "devenv.user";
/** When a snapshot was taken: ISO 8601. */
export const createdLabel = "devenv.created";

/** Of a workspace's volume that is synced, and of the container that brings it in step: an id that no other such volume has. */
export const syncLabel = "devenv.sync";

/** Of the container that brings a volume in step: the process that works by way of it, a `ProcessMark` as JSON, and its state folder. */
export const syncOwnerLabel = "devenv.sync.owner";

/** Process whose `devenv ci` a container was made for: a `ProcessMark` as JSON. Such a container is no environment's. */
export const ciLabel = "devenv.ci";

export type Labels = Readonly<Record<string, string>>;

/** An empty label is none: of those that a container has from its image, each that is not its own is made empty. */
export function labelOf(labels: Labels, name: string): string | undefined {
  return labels[name] || undefined;
}

/** The labels of a container such that none of devenv's comes from its image. */
export function ownLabels(image: Labels, own: Labels): Labels {
  const inherited = Object.keys(image).filter((name) => name.startsWith("devenv."));
  return { ...Object.fromEntries(inherited.map((name) => [name, ""])), ...own };
}

export function writeInputs(inputs: Inputs): Labels {
  return { [inputsLabel]: JSON.stringify(inputs) };
}

/** Empty when the label is absent or not ours to read. */
export function readInputs(labels: Labels): Inputs {
  try {
    const parsed: unknown = JSON.parse(labels[inputsLabel] ?? "{}");
    return isInputs(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** `3000:8080`, port of the container and port of the host that was wanted → port of the host that was given. */
export type PortTable = Readonly<Record<string, number>>;

export function writePorts(ports: PortTable): Labels {
  return { [portsLabel]: JSON.stringify(ports) };
}

/** Empty when the label is absent or not ours to read. */
export function readPorts(labels: Labels): PortTable {
  try {
    const parsed: unknown = JSON.parse(labels[portsLabel] ?? "{}");
    const isTable = typeof parsed === "object" && parsed !== null && Object.values(parsed).every(isPort);
    return isTable ? (parsed as PortTable) : {};
  } catch {
    return {};
  }
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}

function isInputs(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && Object.values(value).every((item) => typeof item === "string");
}
