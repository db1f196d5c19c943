/** The base of an image: its name in the engine, and what of it counts. */
import { digestOf } from "../digest.ts";
import { bootstrapRecipe } from "../host/bootstrap/packages.ts";
import type { BasePin } from "../lock/lockfile.ts";
import { parseImageReference } from "../spec/image-reference.ts";
import type { BaseSpec } from "../spec/spec.ts";
import { countedPackages } from "./packages.ts";
import type { ImagePlan } from "./plan.ts";

/**
 * The name under which the engine knows a base that is no environment. What devenv makes or pins carries a host
 * part that no registry answers for, and changes with the pin: one name is always one content.
 */
export function baseImageTag(base: BaseSpec, platform: string, pin: BasePin | undefined): string {
  if (base.kind === "bootstrap") {
    const counted = [countedBase(base, platform, undefined), pin === undefined ? bootstrapRecipe : countedPin(pin)];
    return `localhost/devenv/bootstrap:${base.suite}-${digestOf(counted).slice(0, 12)}`;
  }
  if (base.kind === "environment") return "";
  return pin !== undefined && "manifest" in pin ? pinnedTag(base.reference, pin.manifest) : base.reference;
}

/** The longest tag that there may be has 128 characters. */
const longestName = 128 - "-".length - 12;

function pinnedTag(reference: string, manifest: string): string {
  const { repository = "image", tag } = parseImageReference(reference) ?? {};
  const name = [repository.split("/").at(-1), tag].filter((part) => part !== undefined).join("-");
  return `localhost/devenv/base:${name.slice(0, longestName)}-${manifest.replace("sha256:", "").slice(0, 12)}`;
}

export function countedBase(from: BaseSpec, platform: string, base: ImagePlan | undefined): unknown {
  switch (from.kind) {
    case "reference":
      return from;
    case "environment":
      return { kind: from.kind, fingerprint: base?.fingerprint };
    case "bootstrap":
      return { kind: from.kind, suite: from.suite, packages: from.packages, variant: from.variant, platform };
  }
}

/** Where the packages of a base are says nothing of what they are. */
export function countedPin(pin: BasePin): unknown {
  return "packages" in pin ? [bootstrapRecipe, countedPackages(pin.packages)] : pin;
}
