import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { devenvError } from "../../errors.ts";
import { archiveOf, debianArchitecture, mirrorSources, printSourceLines } from "../apt-archive.ts";
import { withTemporaryFolder } from "../cache.ts";
import type { Host } from "../host.ts";
import type { BootstrapInput } from "../mmdebstrap.ts";
import { type AptIndex, findPackages, printedDigests } from "./apt-lists.ts";
import { readControls } from "./control.ts";
import { explainFailure } from "./failure.ts";
import type { BootstrapPackages, FetchBootstrapPackages } from "./packages.ts";

export interface ResolveOptions {
  readonly base: BootstrapInput;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly cacheDir: string;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
  /** Stands before the path of the signing keys; `/` by default. */
  readonly root?: string | undefined;
  /** What the base is now, to stay but for what moves; undefined: all is found anew. */
  readonly keep?: KeptPackages | undefined;
  /** What apt says while it works. */
  onLine?(line: string): void;
}

export interface KeptPackages {
  readonly packages: BootstrapPackages;
  /** Names of those that are to be what the archive has now. */
  readonly move: readonly string[];
  fetchPackages: FetchBootstrapPackages;
}

/**
 * All packages that a base is made of, as its archive has them now: the host's apt reads the signed indexes
 * with settings of its own. Throws PROGRAM_MISSING, KEYRING_MISSING, BOOTSTRAP_UNSUPPORTED, BOOTSTRAP_FAILED.
 */
export async function resolveBootstrap(options: ResolveOptions): Promise<BootstrapPackages> {
  const { base, cacheDir, host } = options;
  if (host.platform !== "linux") {
    throw devenvError("BOOTSTRAP_UNSUPPORTED", { suite: base.suite, platform: host.platform });
  }
  await requireKeyring(options);
  return withTemporaryFolder(cacheDir, async (folder) => {
    await writeSettings(options, folder);
    await runApt(options, folder, ["update"]);
    const { keep } = options;
    if (keep !== undefined) return moveSome(options, keep, folder);
    const wanted = [...variantPackages[base.variant], ...[...base.packages].sort()];
    const printed = await runApt(options, folder, [...printUris, ...wanted]);
    return findPackages(await readIndexes(options, folder), printedDigests(printed));
  });
}

const printUris = ["install", "--yes", "--quiet=2", "--print-uris"];

/** As apt upgrades single packages where the others are installed: with what they need, and nothing else. */
async function moveSome(options: ResolveOptions, keep: KeptPackages, folder: string): Promise<BootstrapPackages> {
  const { packages, move, fetchPackages } = keep;
  const files = await fetchPackages(packages);
  const controls = await readControls(options.host, [...files.values()], options.signal);
  const status = controls.map((fields) => `${fields.trim()}\nStatus: install ok installed\n\n`).join("");
  await writeFile(join(folder, "status"), status);
  const printed = await runApt(options, folder, [...printUris, "--no-remove", ...move]);
  const moved = findPackages(await readIndexes(options, folder), printedDigests(printed));
  return Object.fromEntries(Object.entries({ ...packages, ...moved }).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What mmdebstrap takes for a variant, as patterns of apt. */
const variantPackages = {
  essential: ["?essential"],
  apt: ["?essential", "apt"],
  minbase: ["?essential", "apt", "?priority(required)"],
} as const;

async function requireKeyring({ base, platform, root = "/" }: ResolveOptions): Promise<void> {
  const { suite } = base;
  const { keyring, keyringPackage } = archiveOf(suite, debianArchitecture(platform));
  const keys = await stat(join(root, keyring)).catch(() => undefined);
  if (keys === undefined) throw devenvError("KEYRING_MISSING", { suite, file: keyring, package: keyringPackage });
}

async function writeSettings({ base, platform }: ResolveOptions, folder: string): Promise<void> {
  const architecture = debianArchitecture(platform);
  const archive = archiveOf(base.suite, architecture);
  for (const name of ["etc", "lists/partial", "cache/archives/partial"]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const lines = printSourceLines(mirrorSources(archive, base.mirror), archive.keyring);
  await writeFile(join(folder, "etc/sources.list"), `${lines.join("\n")}\n`);
  await writeFile(join(folder, "status"), "");
  await writeFile(join(folder, "apt.conf"), printSettings(folder, architecture));
}

/** Nothing of the host's own apt counts, and nothing of it is touched. */
function printSettings(folder: string, architecture: string): string {
  const settings = {
    Dir: folder,
    "Dir::Etc": join(folder, "etc"),
    "Dir::Etc::main": "/dev/null",
    "Dir::Etc::parts": "/dev/null",
    "Dir::State": folder,
    "Dir::State::status": join(folder, "status"),
    "Dir::Cache": join(folder, "cache"),
    "APT::Architecture": architecture,
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "",
    "APT::Update::Error-Mode": "any",
    "Acquire::Languages": "none",
    "Acquire::GzipIndexes": "false",
    "Acquire::ForceHash": "SHA256",
    "Acquire::Retries": "3",
    // Else the pattern `?essential` has apt in it.
    "pkgCacheGen::ForceEssential": ",",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  return `#clear APT::Architectures;\nAPT::Architectures { "${architecture}"; };\n${lines.join("")}`;
}

async function runApt(options: ResolveOptions, folder: string, args: readonly string[]): Promise<string> {
  const { base, host, signal, onLine } = options;
  const env = { APT_CONFIG: join(folder, "apt.conf"), LC_ALL: "C.UTF-8" };
  const isQuery = args[0] !== "update";
  const run = host.processes.run("apt-get", args, { env, signal, onLine: isQuery ? undefined : onLine });
  const { stdout } = await run.catch((error: unknown) => {
    const [source] = mirrorSources(archiveOf(base.suite, "amd64"), base.mirror);
    throw explainFailure(error, { program: "apt-get", suite: base.suite, mirror: source?.uri });
  });
  return stdout;
}

async function readIndexes(options: ResolveOptions, folder: string): Promise<readonly AptIndex[]> {
  const { base, platform } = options;
  const format = "$(FILENAME)\t$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)";
  const targets = await runApt(options, folder, ["indextargets", `--format=${format}`, "Created-By: Packages"]);
  const sources = mirrorSources(archiveOf(base.suite, debianArchitecture(platform)), base.mirror);
  const indexes = targets
    .trimEnd()
    .split("\n")
    .map(async (line): Promise<AptIndex> => {
      const [file = "", uri = "", suite = "", component = ""] = line.split("\t");
      const source = sources.find((other) => withSlash(other.uri) === withSlash(uri) && other.suites.includes(suite));
      if (source === undefined) throw new Error(`apt has an index of ${uri} ${suite}, which no source names`);
      return { archive: source.archive, suite, component, text: await readFile(file, "utf8") };
    });
  return Promise.all(indexes);
}

function withSlash(uri: string): string {
  return uri.endsWith("/") ? uri : `${uri}/`;
}
