import type { Sha256 } from "../digest.ts";
import type { BasePin, PackageSet } from "../lock/lockfile.ts";
import type { EnvironmentSpec } from "../spec/spec.ts";
import type { ContextEntry, ImagePlan } from "./plan.ts";

/** What a layer takes from outside the config, read before planning; undefined for layers that take nothing. */
export type LayerSource =
  | { readonly kind: "copy"; readonly entries: readonly ContextEntry[] }
  | { readonly kind: "archive"; readonly url: string; readonly sha256: Sha256 }
  | { readonly kind: "packages"; readonly packages: PackageSet }
  | undefined;

export interface ImagePlanInput {
  readonly project: string;
  readonly environment: EnvironmentSpec;
  /** One for each layer of the image. */
  readonly sources: readonly LayerSource[];
  /** `linux/amd64`. */
  readonly platform: string;
  /** The plan of the environment that this one builds on. */
  readonly base: ImagePlan | undefined;
  /** What the lock pins the base to; undefined while it is not locked, and for the plan of another environment. */
  readonly basePin?: BasePin | undefined;
}
