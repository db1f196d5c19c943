import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, type Sha256 } from "../digest.ts";
import { devenvError } from "../errors.ts";
import { debianArchitecture } from "./apt-archive.ts";
import { moveIntoPlace, writeFileAtomic } from "./atomic-write.ts";
import { explainFailure } from "./bootstrap/failure.ts";
import {
  type BootstrapPackages,
  bootstrapRecipe,
  digestOfPackages,
  type FetchBootstrapPackages,
  packageNames,
} from "./bootstrap/packages.ts";
import { writeRepository } from "./bootstrap/repository.ts";
import { withTemporaryFolder } from "./cache.ts";
import { hashFile } from "./hash-file.ts";
import type { Host } from "./host.ts";
import { mmdebstrapArguments, mmdebstrapEnvironment } from "./mmdebstrap.ts";
import { withPublicFolder } from "./public-folder.ts";

export interface BootstrapOptions {
  readonly suite: string;
  /** All packages of the base. */
  readonly packages: BootstrapPackages;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly cacheDir: string;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
  fetchPackages: FetchBootstrapPackages;
  /** What mmdebstrap says while it works. */
  onLine?(line: string): void;
}

/** A root file system as a tar in the cache. */
export interface BootstrapTar {
  readonly file: string;
  readonly sha256: Sha256;
  readonly size: number;
}

/**
 * Make a Debian or Ubuntu base from exactly these packages, or find it in the cache. The same packages give
 * the same bytes, whoever makes it. Throws PROGRAM_MISSING, BOOTSTRAP_UNSUPPORTED and BOOTSTRAP_FAILED, and
 * leaves nothing behind when it does.
 */
export async function bootstrapTar(options: BootstrapOptions): Promise<BootstrapTar> {
  const { suite, cacheDir, host } = options;
  if (host.platform !== "linux") throw devenvError("BOOTSTRAP_UNSUPPORTED", { suite, platform: host.platform });
  const file = join(cacheDir, "bootstrap", `${cacheKey(options)}.tar`);
  const cached = await readCached(file);
  if (cached !== undefined) return cached;
  return withTemporaryFolder(cacheDir, async (folder) => {
    const work = join(folder, "base.tar");
    await make(options, work, folder);
    const { sha256, size } = await hashFile(work);
    await moveIntoPlace(work, file);
    await writeFileAtomic(`${file}.json`, `${JSON.stringify({ sha256, size })}\n`);
    return { file, sha256, size };
  });
}

function cacheKey({ suite, packages, platform }: BootstrapOptions): Sha256 {
  return digestOf({ recipe: bootstrapRecipe, suite, packages: digestOfPackages(packages), platform });
}

/** Undefined when it is not there, and when it is not what was made. */
async function readCached(file: string): Promise<BootstrapTar | undefined> {
  try {
    const { sha256, size } = JSON.parse(await readFile(`${file}.json`, "utf8")) as Omit<BootstrapTar, "file">;
    return (await hashFile(file)).sha256 === sha256 ? { file, sha256, size } : undefined;
  } catch {
    return undefined;
  }
}

async function make(options: BootstrapOptions, target: string, folder: string): Promise<void> {
  const isRoot = options.host.uid === 0;
  if (isRoot) return runMmdebstrap(options, { target, folder, isRoot });
  // The chroot of an unprivileged run belongs to other ids, which may not enter a home folder.
  await withPublicFolder((shared) => runMmdebstrap(options, { target, folder: shared, isRoot }));
}

interface Work {
  readonly target: string;
  readonly folder: string;
  readonly isRoot: boolean;
}

async function runMmdebstrap(options: BootstrapOptions, { target, folder, isRoot }: Work): Promise<void> {
  const { suite, packages, platform, host, signal, onLine } = options;
  const repository = join(folder, "repository");
  await writeRepository({ ...options, folder: repository });
  const architecture = debianArchitecture(platform);
  const input = { suite, packages: packageNames(packages), architecture, repository };
  const temporary: Record<string, string> = isRoot ? { TMPDIR: folder } : {};
  const run = host.processes.run("mmdebstrap", mmdebstrapArguments(input, { target, isRoot }), {
    env: { ...mmdebstrapEnvironment(), ...temporary },
    signal,
    onLine,
  });
  await run.catch((error: unknown) => {
    throw explainFailure(error, { program: "mmdebstrap", suite, mirror: undefined });
  });
}
