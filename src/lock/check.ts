import type { Definition } from "./definitions.ts";
import { type Lockfile, lockedEnvironment, type PackageSet } from "./lockfile.ts";
import type { ArchiveRequest, BaseRequest, PackagesRequest, PinRequest } from "./requests.ts";

/** A request that the lock does not answer. */
export interface MissingPin {
  readonly environment: string;
  readonly request: PinRequest;
  /** What the same place was locked as and does not ask for any more. */
  readonly lockedAs: string | undefined;
}

export interface PinQuery {
  readonly lockfile: Lockfile;
  readonly environment: string;
  readonly platform: string;
  /** What the environment says beside what it asks to be pinned: not what a request was locked as. */
  readonly definitions?: readonly Definition[];
}

/** The requests that have no pin for a platform, in their order. */
export function missingPins(query: PinQuery, requests: readonly PinRequest[]): readonly MissingPin[] {
  const { lockfile, environment, platform, definitions = [] } = query;
  const noted = lockedEnvironment(lockfile, environment)?.requests ?? {};
  const asked = new Set([...requests, ...definitions].map(({ place, text }) => `${place}\0${text}`));
  return requests
    .filter((request) => !isPinned(query, request))
    .map((request) => {
      const { place } = request;
      const before = splitRequests(noted[place], platform).filter((text) => !asked.has(`${place}\0${text}`));
      return { environment, request, lockedAs: before.length === 0 ? undefined : joinRequests(before) };
    });
}

/** What one place of the config asks for, a preset several things, in one line. */
export function joinRequests(texts: readonly string[]): string {
  return texts.join(" + ");
}

/** Those of one platform; what is noted for one alone ends with its name. */
function splitRequests(noted: string | undefined, platform: string): readonly string[] {
  return (noted?.split(" + ") ?? []).flatMap((text) => {
    const [, plain, only] = /^(.*) \((linux\/[^()]+)\)$/.exec(text) ?? [];
    if (plain === undefined) return [text];
    return only === platform ? [plain] : [];
  });
}

function isPinned({ lockfile, platform }: PinQuery, request: PinRequest): boolean {
  switch (request.kind) {
    case "base":
      return basePin(lockfile, request, platform) !== undefined;
    case "packages":
      return packageSet(lockfile, request, platform) !== undefined;
    case "archive":
      return archivePin(lockfile, request) !== undefined;
  }
}

export function basePin(lockfile: Lockfile, { baseKey }: Pick<BaseRequest, "baseKey">, platform: string) {
  return lockfile.bases[baseKey]?.platforms[platform];
}

export function packageSet(
  lockfile: Lockfile,
  { baseKey, chain }: Pick<PackagesRequest, "baseKey" | "chain">,
  platform: string,
): PackageSet | undefined {
  return lockfile.packages[baseKey]?.[platform]?.[chain];
}

/** A checksum in the config that differs from the locked one is not answered by it. */
export function archivePin(lockfile: Lockfile, { archiveKey, sha256 }: Pick<ArchiveRequest, "archiveKey" | "sha256">) {
  const pin = lockfile.archives[archiveKey];
  return sha256 === undefined || pin?.sha256 === sha256 ? pin : undefined;
}
