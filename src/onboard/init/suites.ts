/** Debian's releases with the versions that their packages have, the preferred one first. */
export interface Suite {
  readonly name: string;
  readonly python: Version;
  readonly go: Version;
}

export type Version = readonly [major: number, minor: number, patch: number];

export const suites: readonly [Suite, ...Suite[]] = [
  { name: "bookworm", python: [3, 11, 2], go: [1, 19, 8] },
  { name: "trixie", python: [3, 13, 5], go: [1, 24, 4] },
];

/** Negative, zero or positive, as `left` comes before, with or after `right`. */
export function compareVersions(left: Version, right: Version): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
