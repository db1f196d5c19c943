/** Which parts an environment's image is made of. Pure data, in no special order. */
import type { Sha256 } from "../../digest.ts";
import { redactUrl } from "../../host/redact-url.ts";
import type { PackageSet } from "../../lock/lockfile.ts";
import type { ArchiveFile, ImagePlan } from "../../plan/plan.ts";
import { parseImageReference } from "../../spec/image-reference.ts";
import type { Distribution, InstalledPackage } from "./image-files.ts";
import { printPurl } from "./purl.ts";

export interface BillPart {
  readonly type: "container" | "file" | "library";
  /** Scope of an npm package: `@types`. */
  readonly group?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  /** Absent for an image that no registry has. */
  readonly purl?: string | undefined;
  readonly sha256?: Sha256 | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

export interface BillInput {
  /** The image, then those of the environments below it. */
  readonly images: readonly ImagePlan[];
  /** What its package database has; undefined without one: the locked packages count. */
  readonly installed: readonly InstalledPackage[] | undefined;
  /** What its packages are; undefined: `deb`. */
  readonly packageType?: "apk" | "deb" | undefined;
  readonly distribution: Distribution;
}

export function billParts({ images, installed, packageType = "deb", distribution }: BillInput): readonly BillPart[] {
  const locked = new Map(images.flatMap(packageSets).flatMap(lockedPackages));
  const packages = installed ?? [...locked.values()].map(({ deb }) => deb);
  return [
    ...images.flatMap(basePart),
    ...images.flatMap(({ archives }) => archives).map(archivePart),
    ...packages.map((deb) => packagePart(deb, { packageType, distribution, sha256: locked.get(keyOf(deb))?.sha256 })),
  ];
}

function packageSets({ basePin, packages }: ImagePlan): readonly PackageSet[] {
  const ofBase = basePin !== undefined && "packages" in basePin ? [basePin.packages] : [];
  return [...ofBase, ...packages.map((folder) => folder.packages)];
}

interface LockedPackage {
  readonly deb: InstalledPackage;
  readonly sha256: Sha256;
}

function lockedPackages(set: PackageSet): readonly (readonly [string, LockedPackage])[] {
  return Object.entries(set).map(([name, { version, architecture, sha256 }]) => {
    const deb = { name, version, architecture };
    return [keyOf(deb), { deb, sha256 }];
  });
}

function keyOf({ name, version, architecture }: InstalledPackage): string {
  return `${name}_${version}_${architecture}`;
}

interface PackageFacts {
  readonly packageType: "apk" | "deb";
  readonly distribution: Distribution;
  readonly sha256: Sha256 | undefined;
}

function packagePart(
  { name, version, architecture }: InstalledPackage,
  { packageType, distribution, sha256 }: PackageFacts,
): BillPart {
  const qualifiers = { arch: architecture, distro: distribution.suite };
  const purl = printPurl({ type: packageType, namespace: distribution.id, name, version, qualifiers });
  return {
    type: "library",
    name,
    version,
    purl,
    sha256,
    properties: { "devenv:locked": String(sha256 !== undefined) },
  };
}

function archivePart({ url, sha256 }: ArchiveFile): BillPart {
  const [, group, npmName, version] = /^npm:(?:(@[^/]+)\/)?([^@/]+)@(.+)$/.exec(url) ?? [];
  if (npmName !== undefined) {
    const purl = printPurl({ type: "npm", namespace: group, name: npmName, version });
    return { type: "library", group, name: npmName, version, purl, sha256, properties: {} };
  }
  const shown = redactUrl(url);
  const name = fileNameOf(shown);
  const purl = printPurl({ type: "generic", name, qualifiers: { checksum: `sha256:${sha256}`, download_url: shown } });
  return { type: "file", name, purl, sha256, properties: {} };
}

function fileNameOf(address: string): string {
  const path = URL.canParse(address) ? new URL(address).pathname : address;
  return path.split("/").findLast((part) => part !== "") ?? "archive";
}

/** None for a base of packages, which are parts themselves, nor for an environment. */
function basePart({ base, basePin, platform }: ImagePlan): readonly BillPart[] {
  if (base.kind !== "reference") return [];
  const reference = parseImageReference(base.reference);
  if (reference === undefined) throw new Error(`${base.reference} is no image reference`);
  const { registry, repository, tag, digest } = reference;
  const part = {
    type: "container",
    name: `${registry}/${repository}`,
    version: tag ?? digest,
    properties: {},
  } as const;
  if (basePin !== undefined && "layers" in basePin) {
    return [{ ...part, properties: { "devenv:layers": basePin.layers } }];
  }
  if (basePin === undefined || !("manifest" in basePin)) return [part];
  const { manifest } = basePin;
  const name = repository.split("/").at(-1) ?? repository;
  const qualifiers = { arch: platform.split("/")[1], repository_url: part.name, tag };
  const purl = printPurl({ type: "oci", name, version: manifest, qualifiers });
  return [{ ...part, purl, sha256: manifest.slice("sha256:".length) }];
}
