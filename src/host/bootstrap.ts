import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, type Sha256 } from "../digest.ts";
import { devenvError, isDevenvError } from "../errors.ts";
import { archiveOf, mirrorSources } from "./apt-archive.ts";
import { moveIntoPlace, writeFileAtomic } from "./atomic-write.ts";
import { withTemporaryFolder } from "./cache.ts";
import { hashFile } from "./hash-file.ts";
import type { Host } from "./host.ts";
import { type BootstrapInput, mmdebstrapArguments, mmdebstrapEnvironment } from "./mmdebstrap.ts";

export interface BootstrapOptions {
  readonly base: BootstrapInput;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly cacheDir: string;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
  /** Stands before the path of the signing keys; `/` by default. */
  readonly root?: string | undefined;
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
 * Make a Debian or Ubuntu base from the distribution's signed archive, or find it in the cache. The same
 * package versions give the same bytes. Throws PROGRAM_MISSING, KEYRING_MISSING, BOOTSTRAP_UNSUPPORTED
 * and BOOTSTRAP_FAILED, and leaves nothing behind when it does.
 */
export async function bootstrapTar(options: BootstrapOptions): Promise<BootstrapTar> {
  const { base, platform, cacheDir, host } = options;
  if (host.platform !== "linux") {
    throw devenvError("BOOTSTRAP_UNSUPPORTED", { suite: base.suite, platform: host.platform });
  }
  const file = join(cacheDir, "bootstrap", `${cacheKey(base, platform)}.tar`);
  const cached = await readCached(file);
  if (cached !== undefined) return cached;
  await requireKeyring(options);
  return withTemporaryFolder(cacheDir, async (folder) => {
    const work = join(folder, "base.tar");
    await runMmdebstrap(options, work, folder);
    const { sha256, size } = await hashFile(work);
    await moveIntoPlace(work, file);
    await writeFileAtomic(`${file}.json`, `${JSON.stringify({ sha256, size })}\n`);
    return { file, sha256, size };
  });
}

/** Counts up when the way of making a base changes what comes out. */
const recipeVersion = 1;

/** The mirror says nothing about the content. */
function cacheKey({ suite, packages, variant }: BootstrapInput, platform: string): Sha256 {
  return digestOf({ recipeVersion, suite, packages: [...packages].sort(), variant, platform });
}

/** Undefined when it is not there, or was cut short by a crash between the renames. */
async function readCached(file: string): Promise<BootstrapTar | undefined> {
  try {
    const { sha256, size } = JSON.parse(await readFile(`${file}.json`, "utf8")) as Omit<BootstrapTar, "file">;
    return (await stat(file)).size === size ? { file, sha256, size } : undefined;
  } catch {
    return undefined;
  }
}

async function requireKeyring({ base, platform, root = "/" }: BootstrapOptions): Promise<void> {
  const { suite } = base;
  const { keyring, keyringPackage } = archiveOf(suite, debianArchitecture(platform));
  const keys = await stat(join(root, keyring)).catch(() => undefined);
  if (keys === undefined) throw devenvError("KEYRING_MISSING", { suite, file: keyring, package: keyringPackage });
}

async function runMmdebstrap(options: BootstrapOptions, target: string, folder: string): Promise<void> {
  const { base, platform, host, signal, onLine } = options;
  const architecture = debianArchitecture(platform);
  const isRoot = host.uid === 0;
  // The chroot of an unprivileged run belongs to other ids, which may not enter a home folder.
  const temporary: Record<string, string> = isRoot ? { TMPDIR: folder } : {};
  try {
    await host.processes.run("mmdebstrap", mmdebstrapArguments(base, architecture, { target, isRoot }), {
      env: { ...mmdebstrapEnvironment(), ...temporary },
      signal,
      onLine,
    });
  } catch (error) {
    if (!isDevenvError(error, "PROGRAM_FAILED")) throw error;
    const { exitCode, output } = error.details as { exitCode: number; output: string };
    const [source] = mirrorSources(archiveOf(base.suite, architecture), base.mirror);
    const details = { suite: base.suite, exitCode, output: output.split("\n"), mirror: source?.uri ?? "" };
    throw devenvError("BOOTSTRAP_FAILED", details, error);
  }
}

/** Debian's name of a platform's architecture. */
function debianArchitecture(platform: string): string {
  const name = platform.replace(/^linux\//, "");
  return debianNames[name] ?? name;
}

const debianNames: Readonly<Record<string, string>> = {
  "386": "i386",
  "arm/v7": "armhf",
  "arm/v6": "armel",
  "arm64/v8": "arm64",
  ppc64le: "ppc64el",
};
