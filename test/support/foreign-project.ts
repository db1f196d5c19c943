/** Published sources that nobody here wrote, as their authors left them. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { downloadHttp } from "../../src/host/http-download.ts";
import type { TemporaryFolder } from "./temporary-folder.ts";

/** Unpack a package of the npm registry: `fastq@1.20.3`. Gives its folder. */
export function unpackNpmPackage({ path }: TemporaryFolder, reference: string): string {
  const pack = ["pack", "--silent", "--pack-destination", path, reference];
  const tarball = execFileSync("npm", pack, { cwd: path, encoding: "utf8" }).trim();
  execFileSync("tar", ["xzf", tarball], { cwd: path });
  return join(path, "package");
}

export interface DebianSourcePackage {
  /** Below the archive's `pool`: `main/s/sortedcontainers`. */
  readonly pool: string;
  /** Name and sha256 of what `apt-get source` unpacks, in this order. */
  readonly archives: readonly (readonly [file: string, sha256: string])[];
}

/** Unpack a Debian source package: the author's archive, and Debian's files on it. Gives its folder. */
export async function unpackDebianSource({ path }: TemporaryFolder, source: DebianSourcePackage): Promise<string> {
  const folder = join(path, "source");
  mkdirSync(folder);
  for (const [index, [name, sha256]] of source.archives.entries()) {
    const file = join(path, name);
    const url = `http://deb.debian.org/debian/pool/${source.pool}/${name}`;
    await downloadHttp({ url, file, sha256, host: { env: process.env } });
    // The author's archive has one folder that holds everything.
    execFileSync("tar", ["xf", file, "-C", folder, ...(index === 0 ? ["--strip-components=1"] : [])]);
  }
  return folder;
}
