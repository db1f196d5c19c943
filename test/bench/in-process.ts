/** What is timed inside this process: parts of commands that no command line has alone. */
import { performance } from "node:perf_hooks";
import { sha256 } from "../../src/digest.ts";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";
import { readSavedImage } from "../../src/host/saved-image/read-image.ts";
import { missingPins } from "../../src/lock/check.ts";
import { emptyLockfile, type Lockfile, type PackagePin } from "../../src/lock/lockfile.ts";
import type { PinRequest } from "../../src/lock/requests.ts";
import { readLockfile, writeLockfile } from "../../src/lock/store.ts";
import { compareContents } from "../../src/plan/content/compare.ts";
import { imageContent } from "../../src/plan/content/content.ts";
import type { BootstrapBase } from "../../src/spec/spec.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { quantile } from "./measure.ts";

export interface InProcess {
  readonly title: string;
  readonly medianMs: number;
  readonly aimMs: number | undefined;
  /** What was timed in turns with it. */
  readonly peer?: { readonly name: string; readonly medianMs: number };
}

const platform = "linux/amd64";
const pins = 300;
const base = {
  kind: "bootstrap",
  suite: "bookworm",
  packages: [],
  variant: "minbase",
  mirror: undefined,
} as const satisfies BootstrapBase;

/** Reading and checking a lock, as every `up` does. */
export async function timeLockCheck(rounds: number): Promise<InProcess> {
  using folder = temporaryFolder();
  await writeLockfile(folder.path, lockOf(pins));
  const requests: readonly PinRequest[] = [
    { kind: "base", key: "image.from", place: "image.from", text: "debian", baseKey: "debian", base },
  ];
  const times = await timesOf(rounds, async () => {
    const lockfile = await readLockfile(folder.path);
    if (lockfile === undefined) throw new Error("the lock is gone");
    const missing = missingPins({ lockfile, environment: "dev", platform }, requests);
    if (missing.length > 0) throw new Error("the lock has not what is asked for");
  });
  return {
    title: `\`devenv up\`: read and check a lock of ${pins} packages`,
    medianMs: quantile(times, 0.5),
    aimMs: 5,
  };
}

function lockOf(count: number): Lockfile {
  const names = Array.from({ length: count }, (_, index) => `package-${index}`);
  const packages = Object.fromEntries(names.map((name) => [name, pinOf(name)]));
  return { ...emptyLockfile, bases: { debian: { platforms: { [platform]: { packages } } } } };
}

function pinOf(name: string): PackagePin {
  const path = `pool/main/p/${name}/${name}_2.39.5-0+deb12u2_amd64.deb`;
  const place = { archive: "debian", suite: "bookworm", component: "main", path };
  return { version: "1:2.39.5-0+deb12u2", architecture: "amd64", ...place, sha256: sha256(name), size: 1_000_000 };
}

/**
 * Comparing an image of the engine with what is known of another one, as `verify` does, for each 100 MB of it: reading
 * all of it, base included, and each of its files held against the other's.
 */
export async function timeComparison(reference: string, rounds: number): Promise<InProcess> {
  const { images } = connectEngine(nodeHost());
  const image = { key: "image", base, dockerfile: "FROM base\n", origins: [] };
  const drains: number[] = [];
  let bytes = 0;
  const drain = async () => {
    const startedAt = performance.now();
    bytes = 0;
    for await (const chunk of await images.save(reference)) bytes += (chunk as Buffer).length;
    drains.push(performance.now() - startedAt);
  };
  const compare = async () => {
    const content = imageContent(image, await readSavedImage(await images.save(reference)), 0);
    const other = { ...content, layers: content.layers.map((layer) => ({ ...layer, content: "other" })) };
    compareContents(content, other);
  };
  const times = await timesOf(rounds, compare, drain);
  const each = (all: readonly number[]) => quantile(all, 0.5) / (bytes / 1e8);
  return {
    title: "`verify`: read and compare an image, each 100 MB",
    medianMs: each(times),
    aimMs: undefined,
    peer: { name: "what the engine takes to save it", medianMs: each(drains) },
  };
}

/** After one run that does not count; `before` runs before each, untimed. */
async function timesOf(
  rounds: number,
  run: () => Promise<void>,
  before: () => Promise<void> = async () => undefined,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    await before();
    const startedAt = performance.now();
    await run();
    if (round >= 0) times.push(performance.now() - startedAt);
  }
  return times;
}
