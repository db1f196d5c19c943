import { environmentLabel, type Labels, snapshotLabel } from "./labels.ts";
import type { PruneContainer, PrunedItem, PruneInput } from "./prune-input.ts";

type Image = PruneInput["images"][number];

/** A snapshot is checked for secrets in less. */
const uncheckedSeconds = 60 * 60;
const interrupted = "left by an interrupted `devenv snapshot`";

/** Names of images that no container was made from and no environment has; an image goes with its last name. */
export function pruneImages(input: PruneInput, kept: readonly PruneContainer[]): readonly PrunedItem[] {
  return input.images.flatMap((image) => {
    if (isUsed(input, image, kept)) return [];
    const { id, tags, created } = image;
    const kind = (image.labels[snapshotLabel] ?? "") === "" ? ("image" as const) : ("snapshot" as const);
    if (tags.length === 0) {
      // what a snapshot is made of has no name for a moment
      if (kind === "snapshot" && input.now - created <= uncheckedSeconds) return [];
      const reason = kind === "snapshot" ? interrupted : "no name leads to it any more";
      return [{ kind, reference: id, name: id, size: image.size, created, reason }];
    }
    const names = tags.flatMap((tag) => {
      const reason = tagReason(input, { image, tag, kept });
      return reason === undefined ? [] : [{ tag, reason }];
    });
    const isLast = names.length === tags.length;
    return names.map(({ tag, reason }, index) => {
      const size = isLast && index === 0 ? image.size : undefined;
      return { kind, reference: tag, name: tag, size, created, reason };
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
  readonly kept: readonly PruneContainer[];
}

/** Only names that devenv gives: what was built on an image of devenv has its labels too. */
function tagReason(input: PruneInput, { image, tag, kept }: Tagged): string | undefined {
  const { project, environments, otherImages, now } = input;
  const repository = `localhost/${project}/`;
  if (!tag.startsWith(repository) || otherImages.has(tag) || kept.some((one) => one.image === tag)) return undefined;
  const rest = tag.slice(repository.length);
  if (/^[^/]+:[0-9a-f]{64}$/.test(rest)) {
    const isPlanned = environments === undefined || environments.some((environment) => environment.image.tag === tag);
    return isPlanned ? undefined : "no environment of the config has it, and no container";
  }
  if (/\/unchecked:/.test(rest)) {
    if (now - image.created <= uncheckedSeconds) return undefined;
    return (image.labels[snapshotLabel] ?? "") === "" ? "left by an interrupted build" : interrupted;
  }
  if (!input.snapshots || !/\/snapshots:/.test(rest)) return undefined;
  const isOrigin = kept.some(({ labels }) => isMadeFrom(labels, image.labels));
  return isOrigin ? undefined : "no container was made from it";
}

function isMadeFrom(container: Labels, snapshot: Labels): boolean {
  return (
    container[snapshotLabel] === snapshot[snapshotLabel] && container[environmentLabel] === snapshot[environmentLabel]
  );
}
