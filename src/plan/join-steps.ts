/** Which steps of neighbouring layers become one: each takes some tenths of a second, whatever it does. */
import { posix } from "node:path";
import type { LayerSpec } from "../spec/spec.ts";
import type { Instruction } from "./layer-instructions.ts";
import type { Copy, Step } from "./run-step.ts";

/** Instructions that one config key made, and the copies before that came into its step. */
export interface Group {
  readonly key: string;
  readonly kind: LayerSpec["kind"] | "from" | "user";
  readonly instructions: readonly Instruction[];
  /** The user before it; undefined: that of the base, which only the engine knows. */
  readonly user: string | undefined;
  /** Keys of the `copy` layers in it, where there are any beside its own. */
  readonly copies?: readonly string[];
}

/** Steps of devenv's own, which need root whoever the user is. */
export function needsRoot({ kind }: Group): boolean {
  return kind === "apt" || kind === "apk" || kind === "archive" || kind === "copy";
}

/**
 * A copy goes into the step that follows it, past variables, which are nothing to it; copies that have none become
 * one step. Files that change run what follows them anew anyway.
 */
export function joinSteps(groups: readonly Group[]): readonly Group[] {
  const joined: Group[] = [];
  let copies: Group[] = [];
  let place = 0;
  const putCopies = () => {
    joined.splice(place, 0, ...mergeCopies(copies));
    copies = [];
  };
  for (const group of groups) {
    if (group.kind === "copy") {
      copies.push(group);
      place = joined.length;
      continue;
    }
    if (group.kind !== "env" && !takesCopies(group, { copies, before: lastStep(joined) })) putCopies();
    const own = foldMountPoints(joined, group);
    joined.push(group.kind === "env" ? own : withCopies(own, copies));
    if (group.kind !== "env") copies = [];
  }
  putCopies();
  return joined;
}

interface Neighbours {
  readonly copies: readonly Group[];
  /** The step before them. */
  readonly before: Group | undefined;
}

/** The copies run as root, as if alone, and what the step mounts is out of their way; so are the mount points that are made before them. */
function takesCopies(group: Group, { copies, before }: Neighbours): boolean {
  const step = group.instructions.find((instruction) => typeof instruction !== "string");
  const isRoot = group.user === "root" || group.kind === "user" || needsRoot(group);
  if (step === undefined || group.kind === "dockerfile" || !isRoot) return false;
  if (cachesOf(group).length > 0 && !canMakeMountPoints(before, group)) return false;
  const covers = group.instructions.flatMap((one) => (typeof one === "string" ? [] : (one.covers ?? [])));
  return copies.flatMap(copiesOf).every((copy) => covers.every((covered) => isApart(copy, covered)));
}

/** Neither lies in the other, and no new folder on the way to both would have another owner. */
function isApart({ target, owner }: Copy, covered: string): boolean {
  if (!target.startsWith("/")) return false;
  const [one, other] = [namesOf(target), namesOf(covered)];
  const shared = one.findIndex((name, index) => name !== other[index]);
  if (shared < 0 || shared >= other.length) return false;
  return owner === undefined || shared === 0;
}

function namesOf(path: string): readonly string[] {
  return posix.normalize(path).split("/").filter(Boolean);
}

function copiesOf({ instructions }: Group): readonly Copy[] {
  return instructions.flatMap((one) => (typeof one === "string" ? [] : (one.copies ?? [])));
}

/** One group, or none for none. */
function mergeCopies(groups: readonly Group[]): readonly Group[] {
  const last = groups.at(-1);
  return last === undefined || groups.length === 1 ? groups : [withCopies(last, groups)];
}

function withCopies(group: Group, copies: readonly Group[]): Group {
  if (copies.length === 0) return group;
  const joined = (step: Step): Step => ({ ...step, copies: copies.flatMap(copiesOf) });
  return { ...changeStep(group, joined), copies: copies.map(({ key }) => key) };
}

/** The step before makes the mount points of a command's caches, where it is devenv's own and can. */
function foldMountPoints(joined: Group[], group: Group): Group {
  const caches = cachesOf(group);
  const before = lastStep(joined);
  if (before === undefined || caches.length === 0 || !canMakeMountPoints(before, group)) return group;
  joined[joined.indexOf(before)] = changeStep(before, (step) => ({ ...step, makes: caches }));
  return { ...group, instructions: group.instructions.slice(1) };
}

function canMakeMountPoints(before: Group | undefined, group: Group): boolean {
  if (before === undefined) return false;
  return before.kind === "run" || (needsRoot(before) && (group.user ?? "root") === "root");
}

/** Where a command has some, the step that makes their mount points comes first. */
function cachesOf({ kind, instructions: [first, second] }: Group): readonly string[] {
  return kind === "run" && second !== undefined && typeof first === "object" ? (first.places ?? []) : [];
}

function lastStep(groups: readonly Group[]): Group | undefined {
  return groups.findLast(({ kind }) => kind !== "env");
}

/** Its last, which is the one that does what the layer asks for. */
function changeStep(group: Group, change: (step: Step) => Step): Group {
  const last = group.instructions.findLastIndex((instruction) => typeof instruction !== "string");
  const instructions = group.instructions.map((one, index) =>
    index === last && typeof one !== "string" ? change(one) : one,
  );
  return { ...group, instructions };
}
