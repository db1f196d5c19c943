/** Which version of a package an archive has now. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import type { LockedPackage } from "./package-places.ts";
import { fileAddress } from "./package-places.ts";

/** Addresses of the lists that may tell, the most likely first. */
export function listAddresses(archive: string, pin: LockedPackage, architecture: string): readonly string[] {
  const { suite, component } = pin;
  const flat = suite === undefined || component === undefined;
  const folder = flat
    ? pin.path.split("/").slice(0, -1).join("/")
    : `dists/${suite}/${component}/binary-${architecture}`;
  const folders = flat ? [...new Set([folder, ""])] : [folder];
  return folders.flatMap((one) =>
    ["Packages.gz", "Packages"].map((name) => fileAddress(archive, one === "" ? name : `${one}/${name}`)),
  );
}

/** The newest version of a package that a list names. */
export async function versionInList(file: string, isCompressed: boolean, name: string): Promise<string | undefined> {
  const content = createReadStream(file);
  const lines = createInterface({ input: isCompressed ? content.pipe(createGunzip()) : content });
  let isSought = false;
  let version: string | undefined;
  for await (const line of lines) {
    if (line.startsWith("Package: ")) isSought = line.slice("Package: ".length).trim() === name;
    // lists are sorted by version
    if (isSought && line.startsWith("Version: ")) version = line.slice("Version: ".length).trim();
  }
  return version;
}
