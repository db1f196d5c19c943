import { digestOf } from "../../src/digest.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { printLockfile } from "../../src/lock/format.ts";
import type { Lockfile, PackagePin, PackageSet } from "../../src/lock/lockfile.ts";
import { emptyLockfile } from "../../src/lock/lockfile.ts";
import { baseImage } from "./sandbox.ts";

export const amd64 = "linux/amd64";

/** A pin of a package of this version, made up but well-formed. */
export function packagePin(name: string, version: string): PackagePin {
  return {
    version,
    architecture: "amd64",
    archive: "debian",
    suite: "bookworm",
    component: "main",
    path: `pool/main/${name[0]}/${name}/${name}_${version}_amd64.deb`,
    sha256: Buffer.from(`${name} ${version}`).toString("hex").padEnd(64, "0").slice(0, 64),
    size: 1000,
  };
}

/** `{ git: "1.0" }` as a set. */
export function packageSetOf(versions: Readonly<Record<string, string>>): PackageSet {
  return Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, packagePin(name, version)]));
}

/** A lock of package layers on bookworm, by chain. */
export function lockOf(chains: Readonly<Record<string, Readonly<Record<string, string>>>>): Lockfile {
  const sets = Object.fromEntries(Object.entries(chains).map(([chain, versions]) => [chain, packageSetOf(versions)]));
  return {
    ...emptyLockfile,
    bases: { "bootstrap(bookworm)": { platforms: { [amd64]: { packages: packageSetOf({ dpkg: "1.21" }) } } } },
    packages: { "bootstrap(bookworm)": { [amd64]: sets } },
  };
}

/** The text of a lock for projects whose only need is the base image that all tests share. */
export async function lockOfTestBase(engine: Engine): Promise<string> {
  const base = await engine.images.inspect(baseImage);
  if (base === undefined) throw new Error(`the engine does not have ${baseImage}`);
  const platforms = { [base.platform]: { layers: digestOf(base.layers) } };
  return printLockfile({ ...emptyLockfile, bases: { [`docker.io/${baseImage}`]: { platforms } } });
}
