/** `devenv-lock.json`: what the inputs of a project's images were pinned to. Plain data; the same on every machine. */
import type { Sha256 } from "../digest.ts";
import type { LockedPackage } from "../host/packages/package-places.ts";

export const lockfileName = "devenv-lock.json";

/** Counts up when an older devenv cannot read what a newer one writes. */
export const lockfileVersion = 1;

export interface Lockfile {
  /** By the address in the config, credentials left out: `npm:npm@11.21.2`. */
  readonly archives: Readonly<Record<string, ArchivePin>>;
  /** By the base's key: `docker.io/library/debian:bookworm-slim`, `bootstrap(bookworm)`. */
  readonly bases: Readonly<Record<string, BaseLock>>;
  /** Packages that layers install, by the key of the base that they are installed on. */
  readonly packages: Readonly<Record<string, PackagesLock>>;
  /** What was built, by environment. */
  readonly environments: Readonly<Record<string, EnvironmentLock>>;
}

export interface ArchivePin {
  /** Of an npm package, as its registry says it: `sha512-…`. */
  readonly integrity?: string | undefined;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

export interface BaseLock {
  /** Digest of the index that the tag named, `sha256:…`; absent for a single manifest, and for what no registry has. */
  readonly index?: string | undefined;
  /** By platform: `linux/amd64`. */
  readonly platforms: Readonly<Record<string, BasePin>>;
}

export type BasePin = ManifestPin | LocalPin | BootstrapPin;

/** An image of a registry. */
export interface ManifestPin {
  /** `sha256:…` of the platform's own manifest. */
  readonly manifest: string;
}

/** An image that no registry has, only the engine. */
export interface LocalPin {
  /** sha256 over the diff_ids of its layers. */
  readonly layers: Sha256;
}

/** A base made of packages: all of them. */
export interface BootstrapPin {
  readonly packages: PackageSet;
}

/** By platform, then by chain: the package layers from the base to this one, `apt(curl, git) > apt(sqlite3)`. */
export type PackagesLock = Readonly<Record<string, Readonly<Record<string, PackageSet>>>>;

/** By name. */
export type PackageSet = Readonly<Record<string, PackagePin>>;

/** One archive file of a distribution; where it is says its place in an archive, never a mirror. */
export type PackagePin = LockedPackage;

export interface EnvironmentLock {
  /** What each field of the config asked for when it was locked, by its place in the environment: `image.from` → `bootstrap(bookworm)`. */
  readonly requests: Readonly<Record<string, string>>;
  /** The built image by platform, once `devenv lock` built it. */
  readonly images: Readonly<Record<string, ImageLock>>;
}

export interface ImageLock {
  /** Fingerprint of the inputs that it was built from. */
  readonly fingerprint: Sha256;
  /** Content fingerprint of the whole image. */
  readonly content: Sha256;
  /** Content fingerprint of what each place in the config added, in the order of the layers. */
  readonly layers: readonly LayerContent[];
}

export interface LayerContent {
  /** Place in the image: `from`, `layers[0]`, `user`. */
  readonly key: string;
  readonly content: Sha256;
}

export const emptyLockfile: Lockfile = { archives: {}, bases: {}, packages: {}, environments: {} };

/** What is locked of an environment, whatever its name: `constructor` is one. */
export function lockedEnvironment({ environments }: Lockfile, name: string): EnvironmentLock | undefined {
  return Object.hasOwn(environments, name) ? environments[name] : undefined;
}
