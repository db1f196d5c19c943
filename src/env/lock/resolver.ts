/** What the scripts that ask a package manager share. */
import type { PackageSet } from "../../lock/lockfile.ts";

/** Folder of the script and the preferred files, in the context and in the step. */
export const resolverFolder = { context: ".devenv/resolve", step: "/run/devenv/resolve" };

/** File in the image that the script writes. */
export const reportPath = "/.devenv-packages";

export interface ResolverInput {
  readonly packages: readonly string[];
  /** Pins that do not move. */
  readonly prefer: PackageSet;
  /** Of the image that is asked for, where that is another than the one that this runs in; for apt alone. */
  readonly architecture?: string | undefined;
}
