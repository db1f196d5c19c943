import { digestOf } from "../../digest.ts";
import { changedFiles, changedPlaces } from "../../lock/differences.ts";
import { type Lockfile, lockedEnvironment } from "../../lock/lockfile.ts";
import { notedTexts } from "../../lock/platforms.ts";
import type { Fact, ImagePlan } from "../../plan/plan.ts";
import type { Spec } from "../../spec/spec.ts";

/** What stands for the content of the files that each place of an image copies, by place in the environment. */
export function copiedFiles({ facts }: ImagePlan): Readonly<Record<string, string>> {
  const files = Object.entries(facts).map(([place, all]): [string, readonly Fact[]] => [
    `image.${place}`,
    all.filter(({ what }) => what === "file"),
  ]);
  const digests = files
    .filter(([, some]) => some.length > 0)
    .map(([place, some]) => [place, digestOf(some.map(({ name, value }) => [name, value])).slice(0, 12)]);
  return Object.fromEntries(digests);
}

/** Config keys that say something else than when the image was locked, or whose files are others, as far as the lock tells. */
export function changedKeys(spec: Spec, image: ImagePlan, lockfile: Lockfile): readonly string[] {
  const environment = spec.environments.find(({ name }) => name === image.environment);
  const locked = lockedEnvironment(lockfile, image.environment);
  if (environment === undefined || locked === undefined) return [];
  const changed = changedPlaces(locked, notedTexts(spec, environment, image.platform)).map(({ place }) => place);
  const places = [...new Set([...changed, ...changedFiles(locked, copiedFiles(image))])];
  return places.map((place) => `${image.key}${place.slice("image".length)}`);
}
