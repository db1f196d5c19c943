import { constants } from "node:fs";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../digest.ts";
import type { Host } from "../host.ts";
import { mapLimited } from "../map-limited.ts";
import { readControls } from "./control.ts";
import { type BootstrapPackages, type FetchBootstrapPackages, packageNames } from "./packages.ts";

export interface RepositoryOptions {
  readonly packages: BootstrapPackages;
  readonly suite: string;
  /** Where it is made: a new folder, which everyone may read. */
  readonly folder: string;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
  fetchPackages: FetchBootstrapPackages;
}

const copiesAtOnce = 6;

/** A repository, as apt reads one, of exactly these packages. The same packages give the same index. */
export async function writeRepository(options: RepositoryOptions): Promise<void> {
  const { packages, suite, folder, fetchPackages } = options;
  const files = await fetchPackages(packages);
  await mkdir(folder, { mode: 0o755 });
  const names = packageNames(packages);
  await mapLimited(names, copiesAtOnce, async (name) => {
    const source = files.get(name);
    if (source === undefined) throw new Error(`no file of ${name} was given`);
    const file = join(folder, fileName(name));
    await copyFile(source, file, constants.COPYFILE_FICLONE);
    await chmod(file, 0o644);
  });
  const stanzas = await readControls(
    options.host,
    names.map((name) => join(folder, fileName(name))),
    options.signal,
  );
  const index = names.map((name, at) => printEntry({ name, packages, stanza: stanzas[at] ?? "" })).join("\n");
  await writeFile(join(folder, "Packages"), index, { mode: 0o644 });
  await writeFile(join(folder, "Release"), printRelease(suite, index), { mode: 0o644 });
}

function fileName(name: string): string {
  return `${name}.deb`;
}

interface Entry {
  readonly name: string;
  readonly packages: BootstrapPackages;
  readonly stanza: string;
}

function printEntry({ name, packages, stanza }: Entry): string {
  const pin = packages[name];
  return `${stanza.trim()}\nFilename: ./${fileName(name)}\nSize: ${pin?.size}\nSHA256: ${pin?.sha256}\n`;
}

/** mmdebstrap asks for the packages of a suite. */
function printRelease(suite: string, index: string): string {
  const size = Buffer.byteLength(index);
  return `Suite: ${suite}\nCodename: ${suite}\nSHA256:\n ${sha256(index)} ${size} Packages\n`;
}
