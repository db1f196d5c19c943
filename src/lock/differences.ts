/** What the places of an environment say now, and what they said when they were locked. */
import { layersPlace } from "./definitions.ts";
import type { EnvironmentLock } from "./lockfile.ts";

/** End of the key under which a lock notes what stands for the files of a place. */
export const filesEnd = " (files)";

export function placeOfFiles(noted: string): string {
  return noted.slice(0, -filesEnd.length);
}

export interface PlaceDifference {
  /** `image.layers[1]`. */
  readonly place: string;
  /** Undefined where there is nothing any more, or was nothing. */
  readonly wanted: string | undefined;
  readonly lockedAs: string | undefined;
}

/** Places that say something else than when they were locked; none for a lock that does not note what all of them say. */
export function changedPlaces(
  locked: EnvironmentLock | undefined,
  texts: Readonly<Record<string, string>>,
): readonly PlaceDifference[] {
  const noted = locked?.requests ?? {};
  if (noted[layersPlace] === undefined) return [];
  const places = new Set([...Object.keys(texts), ...Object.keys(noted).filter((place) => !place.endsWith(filesEnd))]);
  return [...places]
    .filter((place) => texts[place] !== noted[place])
    .map((place) => ({ place, wanted: texts[place], lockedAs: noted[place] }));
}

/** Places whose files are others than those of the image that was noted. */
export function changedFiles(
  locked: EnvironmentLock | undefined,
  files: Readonly<Record<string, string>>,
): readonly string[] {
  const noted = locked?.requests ?? {};
  return Object.keys(files).filter((place) => (noted[`${place}${filesEnd}`] ?? files[place]) !== files[place]);
}
