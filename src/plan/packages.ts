/** Locked packages in a build: the files that a step installs, and what of them counts. */
import { digestOf } from "../digest.ts";
import type { PackagePin, PackageSet } from "../lock/lockfile.ts";
import type { ApkLayer, AptLayer } from "../spec/spec.ts";
import { shellQuote } from "./quote.ts";
import { bindMount, type Step } from "./run-step.ts";

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

/** A package's file name as its manager takes it: `git_1%3a2.39.5-0+deb12u2_amd64.deb`, `git-2.45.2-r0.apk`. */
export function packageFileName(name: string, pin: PackagePin, manager: PackageManager): string {
  if (manager === "apk") return `${name}-${pin.version}.apk`;
  const words = [name, pin.version, pin.architecture].map((word) => word.replaceAll(/[^\w.+~-]/gu, percent));
  return `${words.join("_")}.deb`;
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

/** Install the files of a set, all dependencies among them, without the archive's package list or a network. */
export function lockedPackagesStep(layer: AptLayer | ApkLayer, packages: PackageSet): Step {
  const isEmpty = Object.keys(packages).length === 0;
  // a folder without files is not in the context
  const flags = isEmpty ? [] : [bindMount(packageFolder(packages), target)];
  if (layer.kind === "apk") return { flags, command: installApk(layer.packages, isEmpty) };
  const checks = [requireApt(layer.packages), "drop_host_keys"].filter((one) => one !== undefined);
  return { flags, command: [...(isEmpty ? [] : [installApt]), ...checks].join(" && ") };
}

const installApt = `make_man_folders && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${target}/*.deb`;

/** The image has what was asked for, from the set or from before: a set may have lost some of it in a merge. */
function requireApt(packages: readonly string[]): string | undefined {
  const names = packages
    .map((name) => name.replace(/[=/:].*$/, ""))
    .filter((name) => /^[a-z0-9][a-z0-9+.-]*$/.test(name));
  return names.length === 0 ? undefined : `require_packages ${[...new Set(names)].sort().join(" ")}`;
}

const repository = "/run/devenv/apk";

/**
 * From a repository made of the files, so that apk notes what was asked for, as without a lock. The index checks the
 * signature of each file; only the index itself, which no one signed, is trusted without.
 */
function installApk(names: readonly string[], isEmpty: boolean): string {
  const tags = new Set(names.map((name) => /@(.*)$/.exec(name)?.[1]).filter((tag) => tag !== undefined));
  const lines = [repository, ...[...tags].sort().map((tag) => `@${tag} ${repository}`)];
  const add = "apk add --no-network --no-cache --no-progress";
  const from = isEmpty ? "--repositories-file /dev/null" : `--repositories-file ${repository}/list --allow-untrusted`;
  const steps = [
    `arch=$(apk --print-arch)`,
    `mkdir -p ${repository}/$arch`,
    `ln -s ${target}/*.apk ${repository}/$arch`,
    `printf '%s\\n' ${lines.map(shellQuote).join(" ")} > ${repository}/list`,
    `apk index --quiet --rewrite-arch $arch -o ${repository}/$arch/APKINDEX.tar.gz ${repository}/$arch/*.apk`,
  ];
  return [...(isEmpty ? [] : steps), `${add} ${from} ${names.map(shellQuote).join(" ")}`].join(" && ");
}
