/** Snapshots: images of a container's writable layer. What they are called, and what their labels tell. */
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

export function snapshotTag({ project, environment, name }: SnapshotPlace): string {
  return `localhost/${project}/${environment}/snapshots:${name}`;
}

/** What is kept under this name until it is known to hold no secret. */
export function uncheckedTag({ project, environment, name }: SnapshotPlace): string {
  return `localhost/${project}/${environment}/unchecked:${name}`;
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
  const name = labels[snapshotLabel] ?? "";
  const place = { project: labels[projectLabel] ?? "", environment: labels[environmentLabel] ?? "", name };
  // Podman may put a registry's name before a tag that has none
  const tag = image.tags.find((one) => one.endsWith(snapshotTag(place)));
  if (name === "" || tag === undefined) return undefined;
  const commit = labels[commitLabel] || undefined;
  const uid = labels[uidLabel] || undefined;
  return {
    ...place,
    tag: snapshotTag(place),
    created: labels[createdLabel] ?? "",
    fingerprint: labels[fingerprintLabel] ?? "",
    inputs: readInputs(labels),
    message: labels[messageLabel] || undefined,
    parent: labels[parentLabel] || undefined,
    git: commit === undefined ? undefined : { commit, dirty: labels[dirtyLabel] === "true" },
    user: labels[userLabel] ?? "",
    uid: uid === undefined ? undefined : Number(uid),
  };
}
