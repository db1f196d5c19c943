/**
 * Whose a container or a volume is. A container has the labels of its image too, and `docker commit` gives an image
 * those of a container: they are believed only together with what no image carries.
 */
import { posix, win32 } from "node:path";
import { workspaceId } from "./container.ts";
import { type ImageName, readImageName } from "./image-names.ts";
import {
  ciLabel,
  environmentLabel,
  folderLabel,
  type Labels,
  labelOf,
  projectLabel,
  rootLabel,
  secretVariablesLabel,
  syncLabel,
  targetLabel,
  workspaceLabel,
} from "./labels.ts";
import { nameInPhase } from "./phase.ts";
import { agentRepository } from "./sync-agent.ts";
import { historyVolume, volumeSlug, workspaceVolume } from "./volumes.ts";

/** What the labels of an object tell, each value checked: nothing else of them becomes a path, an argument or a text. */
export interface Owner {
  readonly project: string;
  readonly environment: string;
  /** Id of the workspace. */
  readonly workspace: string;
  /** Absolute path of the workspace on the host; undefined on some of what earlier versions made. */
  readonly root: string | undefined;
  /** Identity of its folder; undefined as the root is. */
  readonly folder: string | undefined;
}

/** Undefined when a label is absent, is not what devenv writes, or does not fit the others. */
export function readOwner(labels: Labels): Owner | undefined {
  const named = readNames(labels);
  const [workspace, root, folder] = [workspaceLabel, rootLabel, folderLabel].map((name) => labelOf(labels, name));
  if (named === undefined || workspace === undefined || !isHash(workspace)) return undefined;
  if (root !== undefined && (!isPath(root) || workspaceId(root) !== workspace)) return undefined;
  if (folder !== undefined && !isHash(folder)) return undefined;
  return { ...named, workspace, root, folder };
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{12}$/.test(text);
}

function isPath(text: string): boolean {
  return posix.isAbsolute(text) || win32.isAbsolute(text);
}

/** As the config's schema has them. */
function readNames(labels: Labels): Pick<Owner, "project" | "environment"> | undefined {
  const project = labelOf(labels, projectLabel) ?? "";
  const environment = labelOf(labels, environmentLabel) ?? "";
  const isRight = /^[a-z0-9][a-z0-9._-]{0,127}$/.test(project) && /^[a-z0-9][a-z0-9_-]{0,39}$/.test(environment);
  return isRight ? { project, environment } : undefined;
}

/** Id of a volume that is synced; undefined where there is none, or none that may be part of a path. */
export function readSyncId(labels: Labels): string | undefined {
  const id = labelOf(labels, syncLabel) ?? "";
  return /^[A-Za-z0-9][\w.-]{0,254}$/.test(id) ? id : undefined;
}

/** Where the workspace is in a container. */
export function readTarget(labels: Labels): string | undefined {
  const target = labelOf(labels, targetLabel) ?? "";
  return posix.isAbsolute(target) && !target.includes("\0") ? target : undefined;
}

/** Names of the variables that are read from secrets. */
export function readSecretVariables(labels: Labels): readonly string[] {
  const names = (labelOf(labels, secretVariablesLabel) ?? "").split(",");
  return names.filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
}

/** What of a container is looked at. */
export interface Claimant {
  readonly name: string;
  readonly state: string;
  /** Name of its image, or its id where no name leads to it any more. */
  readonly image: string;
  readonly labels: Labels;
  /** Names of the volumes that are mounted in it. */
  readonly volumes?: readonly string[] | undefined;
}

/** Whose a container is: that of an environment, what helps to make one, or what brings its workspace in step. Undefined: devenv did not make it. */
export function ownerOf(container: Claimant): Owner | undefined {
  const owner = readOwner(container.labels);
  if (owner === undefined) return undefined;
  const isOurs =
    isPlain(container, owner) ||
    (labelOf(container.labels, syncLabel) === undefined
      ? isEnvironments(container, owner)
      : isHelper(container, owner));
  return isOurs ? owner : undefined;
}

/** Every one has its shells' history mounted. One that was given another name is known by its image. */
function isEnvironments({ name, image, volumes = [] }: Claimant, owner: Owner): boolean {
  if (!volumes.some((volume) => isOwnVolume(volume, owner, historyVolume))) return false;
  // that of a snapshot has the name that the project had when it was taken
  const made = readImageName(image);
  if (made !== undefined && isMadeOf.has(made.kind) && made.environment === owner.environment) return true;
  return isId(image) && nameInPhase(name, "done") === plainName(owner);
}

const isMadeOf: ReadonlySet<ImageName["kind"]> = new Set(["image", "snapshot"]);

function isHelper({ name, image, volumes = [] }: Claimant, owner: Owner): boolean {
  if (!volumes.some((volume) => isOwnVolume(volume, owner, workspaceVolume))) return false;
  return image.startsWith(`${agentRepository}:`) || (isId(image) && name === `${plainName(owner)}-sync`);
}

/** Made to look into an image, and never started: it holds nothing. */
function isPlain({ name, state }: Claimant, owner: Owner): boolean {
  return state === "created" && [".image", ".check"].some((end) => name === `${plainName(owner)}${end}`);
}

/** Whether a container is one that `devenv ci` made of an environment: nothing that it holds tells so, its name and its image's do. */
export function isOfCi({ name, state, image, labels }: Claimant): boolean {
  const named = readNames(labels);
  if (named === undefined || labelOf(labels, ciLabel) === undefined) return false;
  const start = `${named.project}-${named.environment}-ci-`;
  if (!name.startsWith(start) || !/^[0-9a-f]{8}(\.image)?$/.test(name.slice(start.length))) return false;
  return state === "created" || isFingerprinted(image, `localhost/${named.project}/${named.environment}`);
}

function plainName({ project, environment, workspace }: Owner): string {
  return `${project}-${environment}-${workspace.slice(0, 8)}`;
}

/** It keeps its name when the workspace moves; four digits more tell it from one that stands in the old place. */
function isOwnVolume(volume: string, { project, environment }: Owner, what: string): boolean {
  const start = `${project}-${environment}-`;
  if (!volume.startsWith(start)) return false;
  const [place, rest] = [volume.slice(start.length, start.length + 8), volume.slice(start.length + 8)];
  const end = `-${volumeSlug(what)}`;
  return /^[0-9a-f]{8}$/.test(place) && rest.startsWith(end) && /^(-[0-9a-f]{4})?$/.test(rest.slice(end.length));
}

function isFingerprinted(image: string, repository: string): boolean {
  return image.startsWith(`${repository}:`) && /^[0-9a-f]{64}$/.test(image.slice(repository.length + 1));
}

function isId(image: string): boolean {
  return /^(sha256:)?[0-9a-f]{12,64}$/.test(image);
}
