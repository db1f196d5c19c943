import { missingPins } from "../../lock/check.ts";
import { definitionsOf } from "../../lock/definitions.ts";
import { addPin, noteTexts } from "../../lock/edit.ts";
import type { Lockfile } from "../../lock/lockfile.ts";
import { notedTexts } from "../../lock/platforms.ts";
import type { OperationContext } from "../operation.ts";
import { planImages } from "../plan-project.ts";
import { type ResolveOptions, resolvePin } from "./resolve-pin.ts";
import { withBases } from "./with-bases.ts";

export interface AddPinsOptions extends Omit<ResolveOptions, "environment" | "platform"> {
  /** Names of the environments; what they build on is locked first. */
  readonly environments: readonly string[];
}

/** A lock in which everything that these environments ask for has a pin. */
export async function addPins(context: OperationContext, options: AddPinsOptions): Promise<Lockfile> {
  let { lockfile } = options;
  for (const environment of withBases(context.spec, options.environments)) {
    const { name } = environment;
    for (;;) {
      const planned = (await planImages(context, lockfile)).get(name);
      if (planned === undefined) throw new Error(`environment ${name} was not planned`);
      const { requests, image } = planned;
      const definitions = definitionsOf(environment);
      const [next] = missingPins({ lockfile, environment: name, platform: image.platform, definitions }, requests);
      lockfile = noteTexts(lockfile, name, notedTexts(context.spec, environment, image.platform));
      if (next === undefined) break;
      const place = { ...options, lockfile, environment, platform: image.platform };
      lockfile = addPin(lockfile, await resolvePin(context, next.request, place), image.platform);
    }
  }
  return lockfile;
}
