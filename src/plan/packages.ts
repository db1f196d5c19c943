/** Locked packages in a build: the files that a step installs, and what of them counts. */
import { digestOf } from "../digest.ts";
import type { PackagePin, PackageSet } from "../lock/lockfile.ts";
import { bindMount, runStep } from "./run-step.ts";

export type PackageManager = "apt" | "apk";

/** The package files of a layer, which join the context when the image is built. */
export interface PackageFolder {
  /** Config key of the layer. */
  readonly key: string;
  readonly manager: PackageManager;
  /** In the context. */
  readonly folder: string;
  readonly packages: PackageSet;
}

const target = "/run/devenv/packages";

/** A package's file name as its manager takes it: `git_1%3a2.39.5-0+deb12u2_amd64.deb`. */
export function packageFileName(name: string, pin: PackagePin, manager: PackageManager): string {
  const words = [name, pin.version, pin.architecture].map((word) => word.replaceAll(/[^\w.+~-]/gu, percent));
  return `${words.join("_")}.${manager === "apt" ? "deb" : "apk"}`;
}

function percent(character: string): string {
  return encodeURIComponent(character).toLowerCase();
}

/** What says which packages these are: not where they are to be had. */
export function countedPackages(packages: PackageSet): readonly (readonly string[])[] {
  return Object.keys(packages)
    .sort()
    .map((name) => {
      const { version = "", architecture = "", sha256 = "" } = packages[name] ?? {};
      return [name, version, architecture, sha256];
    });
}

export function packageFolder(packages: PackageSet): string {
  return `.devenv/packages/${digestOf(countedPackages(packages)).slice(0, 12)}`;
}

/** Install the files of a set, all dependencies among them, without a package list or a network. */
export function renderLockedPackages(manager: PackageManager, packages: PackageSet): string {
  // a folder without files is not in the context
  if (Object.keys(packages).length === 0) return runStep([], "true");
  return runStep([bindMount(packageFolder(packages), target)], installs[manager]);
}

const installs: Readonly<Record<PackageManager, string>> = {
  apt: `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${target}/*.deb`,
  apk: `apk add --no-network --no-cache ${target}/*.apk`,
};
