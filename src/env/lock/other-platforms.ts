import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import { missingPins } from "../../lock/check.ts";
import { addPin } from "../../lock/edit.ts";
import type { Lockfile } from "../../lock/lockfile.ts";
import { archivePlatforms, lockedPlatforms } from "../../lock/platforms.ts";
import { type PinRequest, pinRequests } from "../../lock/requests.ts";
import { fixedPlatform } from "../../spec/fixed-platform.ts";
import type { EnvironmentSpec } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";
import { platformsOf } from "../plan-project.ts";
import type { AddPinsOptions } from "./add-pins.ts";
import { resolvePin } from "./resolve-pin.ts";
import { withBases } from "./with-bases.ts";

export interface OtherPlatformsOptions extends AddPinsOptions {
  /** Platforms to lock for, beside those that are locked already. */
  readonly platforms: readonly string[];
}

/**
 * A lock that answers what environments ask for on other platforms too, which need not be able to run here: archives
 * of all that the config has an address for, and all else of those that are locked or wanted. What cannot be found out
 * here keeps its pin or has none, and is told.
 */
export async function addOtherPlatforms(context: OperationContext, options: OtherPlatformsOptions): Promise<Lockfile> {
  let { lockfile } = options;
  const own = await platformsOf(context);
  for (const environment of withBases(context.spec, options.environments)) {
    for (const target of targetsOf(context, environment, options)) {
      if (target.platform === own.get(environment.name)) continue;
      lockfile = await addPlatform(context, target, { ...options, lockfile });
    }
  }
  return lockfile;
}

interface Target {
  readonly environment: EnvironmentSpec;
  readonly platform: string;
  /** Nothing but archives is asked for. */
  readonly archivesOnly: boolean;
}

function targetsOf(
  { spec }: OperationContext,
  environment: EnvironmentSpec,
  { before, platforms }: OtherPlatformsOptions,
): readonly Target[] {
  const wanted = fixedPlatform(spec, environment) === undefined ? platforms : [];
  const locked = new Set([...wanted, ...lockedPlatforms(spec, before, environment)]);
  const all = new Set([...locked, ...archivePlatforms(spec, environment)]);
  return [...all].sort().map((platform) => ({ environment, platform, archivesOnly: !locked.has(platform) }));
}

async function addPlatform(
  context: OperationContext,
  target: Target,
  options: OtherPlatformsOptions,
): Promise<Lockfile> {
  const { environment, platform, archivesOnly } = target;
  let { lockfile } = options;
  const requests = pinRequests(context.spec, environment, platform);
  const left = new Set<PinRequest>();
  for (;;) {
    const missing = missingPins({ lockfile, environment: environment.name, platform }, requests);
    const next = missing.find(({ request }) => !left.has(request) && (!archivesOnly || request.kind === "archive"));
    if (next === undefined) return lockfile;
    const { request } = next;
    try {
      refuseLocal(lockfile, request, platform);
      const resolved = await resolvePin(context, request, { ...options, lockfile, environment, platform });
      lockfile = addPin(lockfile, resolved, platform);
    } catch (error) {
      if (!isForTheOther(error, target)) throw error;
      context.report({ kind: "warning", environment: environment.name, text: tellLeft(request, platform, error) });
      // nothing can be found out of packages on a base that is not known
      const without = request.kind === "base" ? requests.filter(({ kind }) => kind !== "archive") : [request];
      for (const one of without) {
        left.add(one);
        lockfile = restore(lockfile, options.before, { request: one, platform });
      }
    }
  }
}

/** No registry has to be asked for what the lock knows to be in engines alone. */
function refuseLocal(lockfile: Lockfile, request: PinRequest, platform: string): void {
  if (request.kind !== "base") return;
  const pins = Object.values(lockfile.bases[request.baseKey]?.platforms ?? {});
  if (!pins.some((pin) => "layers" in pin)) return;
  throw devenvError("LOCK_ELSEWHERE", { key: request.key, platform, reason: "it is an image that only an engine has" });
}

/** Nothing is wrong on this platform. */
function isForTheOther(error: unknown, { archivesOnly }: Target): error is DevenvError {
  const codes = ["LOCK_ELSEWHERE", "LOCK_PACKAGE_UNKNOWN", "LOCK_UNSOLVABLE", "IMAGE_PLATFORM_MISSING"];
  return isDevenvError(error) && [...codes, ...(archivesOnly ? ["DOWNLOAD_FAILED"] : [])].includes(error.code);
}

function tellLeft({ key, text }: PinRequest, platform: string, { message }: DevenvError): string {
  return `\`${key}\` (${text}) is left to the first \`devenv up\` on ${platform}: ${message}`;
}

interface Place {
  readonly request: PinRequest;
  readonly platform: string;
}

/** What it was locked as counts on: a lock never loses what only another machine can find out. */
function restore(lockfile: Lockfile, before: Lockfile, { request, platform }: Place): Lockfile {
  if (request.kind === "archive") {
    const archive = before.archives[request.archiveKey];
    return archive === undefined ? lockfile : addPin(lockfile, { request, archive }, platform);
  }
  if (request.kind === "packages") {
    const packages = before.packages[request.baseKey]?.[platform]?.[request.chain];
    return packages === undefined ? lockfile : addPin(lockfile, { request, packages }, platform);
  }
  const pin = before.bases[request.baseKey]?.platforms[platform];
  if (pin === undefined) return lockfile;
  const base = { ...lockfile.bases[request.baseKey], platforms: { [platform]: pin } };
  return addPin(lockfile, { request, base }, platform);
}
