/** Snapshots: images of a container's writable layer. What they are called, and what their labels tell. */

import { type ImageName, readImageName } from "./image-names.ts";
import {
  commitLabel,
  createdLabel,
  dirtyLabel,
  environmentLabel,
  fingerprintLabel,
  type Labels,
  messageLabel,
  parentLabel,
  projectLabel,
  readInputs,
  snapshotLabel,
  uidLabel,
  userLabel,
  writeInputs,
} from "./labels.ts";
import type { Inputs } from "./plan.ts";

/** What stands after `devenv snapshot` and is not the name of a new one. */
export const reservedNames: readonly string[] = [
  "list",
  "show",
  "diff",
  "restore",
  "rm",
  "export",
  "import",
  "push",
  "pull",
];

/** A snapshot's name is the tag of its image. */
export function isSnapshotName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name) && !reservedNames.includes(name);
}

/** `20261124-141500`, in the time of this machine. */
export function defaultSnapshotName(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("");
  return `${day}-${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("")}`;
}

interface SnapshotPlace {
  readonly project: string;
  readonly environment: string;
  readonly name: string;
}

/** Whose it is stands in its image's name: two projects of one name may each have a snapshot of one name. */
type OwnPlace = SnapshotPlace & { readonly id: string };

export function snapshotTag({ project, environment, id, name }: OwnPlace): string {
  return `localhost/${project}/${environment}/snapshots/${id}:${name}`;
}

/** What is kept under this name until it is known to hold no secret. */
export function uncheckedTag({ project, environment, id, name }: OwnPlace): string {
  return `localhost/${project}/${environment}/unchecked/${id}:${name}`;
}

/** What a snapshot is taken of, and who takes it. */
export interface SnapshotFacts extends SnapshotPlace {
  /** Of the container that it is taken of, and of that one's image. */
  readonly container: Labels;
  readonly image: Labels;
  readonly user: string;
  readonly git: { readonly commit: string; readonly dirty: boolean } | undefined;
  readonly message: string | undefined;
  readonly created: Date;
}

/** The labels of a snapshot: nothing in them tells of the machine that it was taken on. */
export function writeSnapshot(facts: SnapshotFacts): Labels {
  const { container, image, git, message } = facts;
  const parent = container[snapshotLabel] || undefined;
  // a restored container is as its snapshot's image was, whatever the config says since
  const origin = parent === undefined ? container : image;
  return {
    [projectLabel]: facts.project,
    [environmentLabel]: facts.environment,
    [snapshotLabel]: facts.name,
    [fingerprintLabel]: origin[fingerprintLabel] ?? "",
    [createdLabel]: facts.created.toISOString(),
    [userLabel]: facts.user,
    ...writeInputs(imageInputs(readInputs(origin))),
    // a label of the snapshot that this one is taken on would show through
    [uidLabel]: container[uidLabel] ?? "",
    [parentLabel]: parent ?? "",
    [messageLabel]: message ?? "",
    [commitLabel]: git?.commit ?? "",
    [dirtyLabel]: git === undefined ? "" : String(git.dirty),
  };
}

/** Those of the image among a container's inputs. */
export function imageInputs(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key === "image" || key.startsWith("image.")));
}

/** A snapshot as the engine has it. */
export interface Snapshot extends SnapshotPlace {
  readonly tag: string;
  /** Of its project; undefined on one of an earlier version. */
  readonly id: string | undefined;
  /** ISO 8601. */
  readonly created: string;
  readonly fingerprint: string;
  readonly inputs: Inputs;
  readonly message: string | undefined;
  readonly parent: string | undefined;
  readonly git: SnapshotFacts["git"];
  readonly user: string;
  /** User id that its files were made under; undefined: that of the image. */
  readonly uid: number | undefined;
}

/** Undefined for an image that is no snapshot, and for one that is not checked yet. */
export function readSnapshot(image: {
  readonly tags: readonly string[];
  readonly labels: Labels;
}): Snapshot | undefined {
  const { labels } = image;
  const place = { project: labels[projectLabel] ?? "", environment: labels[environmentLabel] ?? "" };
  const name = labels[snapshotLabel] ?? "";
  const named = image.tags.flatMap((tag) => readImageName(tag) ?? []).find((one) => isNameOf(one, { ...place, name }));
  if (named === undefined) return undefined;
  const { id } = named;
  const commit = labels[commitLabel] || undefined;
  const uid = labels[uidLabel] ?? "";
  return {
    ...place,
    ...{ id, name },
    tag: id === undefined ? tagBefore({ ...place, name }) : snapshotTag({ ...place, name, id }),
    created: labels[createdLabel] ?? "",
    fingerprint: labels[fingerprintLabel] ?? "",
    inputs: readInputs(labels),
    message: labels[messageLabel] || undefined,
    parent: labels[parentLabel] || undefined,
    git: commit === undefined ? undefined : { commit, dirty: labels[dirtyLabel] === "true" },
    user: labels[userLabel] ?? "",
    uid: /^\d{1,10}$/.test(uid) ? Number(uid) : undefined,
  };
}

function isNameOf(one: ImageName, { project, environment, name }: SnapshotPlace): boolean {
  return one.kind === "snapshot" && one.project === project && one.environment === environment && one.name === name;
}

/** Of versions that told projects apart by their names alone. */
function tagBefore({ project, environment, name }: SnapshotPlace): string {
  return `localhost/${project}/${environment}/snapshots:${name}`;
}

/** Whether a container was made from a snapshot, which may have lost its name since. */
export function isMadeFrom(
  { image, labels }: { readonly image: string; readonly labels: Labels },
  { name, tag, image: snapshot }: Pick<Snapshot, "name" | "tag"> & { readonly image: string },
): boolean {
  const ids = [snapshot, snapshot.replace(/^sha256:/, "")];
  return labels[snapshotLabel] === name && [tag, ...ids].some((one) => image === one || image.endsWith(`/${one}`));
}
