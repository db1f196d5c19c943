import type { PackagePin } from "./lockfile.ts";

/** A package file that a package manager would install. */
export interface ResolvedFile {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** What it is pinned to, or why it cannot be. */
  readonly pin: PackagePin | undefined;
  readonly trouble: string | undefined;
  /** Address of its archive. */
  readonly address: string;
}
