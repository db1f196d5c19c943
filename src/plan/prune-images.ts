import { type ImageName, readImageName } from "./image-names.ts";
import { labelOf, snapshotLabel } from "./labels.ts";
import type { PruneContainer, PrunedItem, PruneInput } from "./prune-input.ts";

type Image = PruneInput["images"][number];

/** A snapshot is checked for secrets in less. */
const uncheckedSeconds = 60 * 60;

/**
 * Names of images that no container was made from and no environment has; an image goes with its last name. Only
 * names that devenv gives, and that tell that they are the project's: labels come with whatever is built on an image.
 */
export function pruneImages(input: PruneInput, kept: readonly PruneContainer[]): readonly PrunedItem[] {
  return input.images.flatMap((image) => {
    if (isUsed(input, image, kept)) return [];
    const named = image.tags.map((tag) => ({ tag, name: readImageName(tag) }));
    const removed = named.flatMap(({ tag, name }) => {
      const reason = name && tagReason(input, { image, tag, name, kept });
      return reason === undefined ? [] : [{ tag, reason, name }];
    });
    const isLast = removed.length === image.tags.length;
    return removed.map(({ tag, reason, name }, index): PrunedItem => {
      const kind = name?.kind === "snapshot" || isOfSnapshot(image) ? "snapshot" : "image";
      const size = isLast && index === 0 ? image.size : undefined;
      return { kind, reference: tag, name: tag, size, created: image.created, reason };
    });
  });
}

/** By its id: an engine names a container's image so once the tag has moved on. */
function isUsed({ otherImages }: PruneInput, { id }: Image, kept: readonly PruneContainer[]): boolean {
  const ids = [id, id.replace(/^sha256:/, "")];
  return ids.some((one) => otherImages.has(one) || kept.some(({ image }) => image === one));
}

interface Tagged {
  readonly image: Image;
  readonly tag: string;
  readonly name: ImageName;
  readonly kept: readonly PruneContainer[];
}

function tagReason(input: PruneInput, tagged: Tagged): string | undefined {
  const { tag, name, kept } = tagged;
  const hasContainer = input.otherImages.has(tag) || kept.some((one) => one.image === tag);
  switch (name.kind) {
    case "image":
    case "claim":
      return imageReason(input, tagged);
    case "replaced":
      return isOwn(input, name) ? "another one was built in its place" : undefined;
    case "unchecked":
      return uncheckedReason(input, tagged);
    case "snapshot":
      if (!input.snapshots || hasContainer || !isOwn(input, name)) return undefined;
      return "no container was made from it";
    default:
      return undefined;
  }
}

/** One that is built, or that an earlier version kept, tells its project's name alone; nobody has a use for it. */
function uncheckedReason(input: PruneInput, { image, name }: Tagged): string | undefined {
  if (name.id === undefined ? name.project !== input.project : !isOwn(input, name)) return undefined;
  // the next build of it takes it away, or is at work with it
  if (isPlanned(input, name)) return undefined;
  return input.now - image.created > uncheckedSeconds ? interruptedReason(image) : undefined;
}

function isPlanned({ environments = [] }: PruneInput, { environment, name }: ImageName): boolean {
  return environments.some(({ image }) => image.tag.endsWith(`/${environment}:${name}`));
}

function interruptedReason(image: Image): string {
  return isOfSnapshot(image) ? "left by an interrupted `devenv snapshot`" : "left by an interrupted build";
}

function isOfSnapshot({ labels }: Image): boolean {
  return labelOf(labels, snapshotLabel) !== undefined;
}

/** The project's own name of it, and the shared one with the last name of any project. */
function imageReason(input: PruneInput, { image, name, kept }: Tagged): string | undefined {
  const same = image.tags.flatMap((tag) => {
    const read = readImageName(tag);
    return read !== undefined && isSameImage(read, name) ? [{ tag, read }] : [];
  });
  const { environments, otherImages } = input;
  const isNeeded = same.some(
    ({ tag }) =>
      environments === undefined ||
      environments.some((environment) => environment.image.tag === tag) ||
      otherImages.has(tag) ||
      kept.some((one) => one.image === tag),
  );
  const claims = same.filter(({ read }) => read.kind === "claim");
  const own = claims.filter(({ read }) => isOwn(input, read));
  const goes = name.kind === "claim" ? isOwn(input, name) : own.length > 0 && own.length === claims.length;
  return goes && !isNeeded ? "no environment of the config has it, and no container" : undefined;
}

function isSameImage(one: ImageName, other: ImageName): boolean {
  return one.project === other.project && one.environment === other.environment && one.name === other.name;
}

function isOwn({ known }: PruneInput, { id }: ImageName): boolean {
  return id !== undefined && known.has(id);
}
