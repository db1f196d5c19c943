/** Where the file of a locked package may be had. Pure. */
import type { Sha256 } from "../../digest.ts";

/** A package of a distribution as the lock pins it. */
export interface LockedPackage {
  readonly version: string;
  /** As the distribution writes it: `amd64`, `all`. */
  readonly architecture: string;
  /** Whose archive: `debian`, `debian-security`, `ubuntu`, `alpine`, what the archive's Release file calls its origin, or the words of an apk repository's path. */
  readonly archive: string;
  /** `bookworm-security`; absent where the archive has none. */
  readonly suite?: string | undefined;
  /** `main`; absent where the archive has none. */
  readonly component?: string | undefined;
  /** Below the archive's address: `pool/main/g/git/git_2.39.5-0+deb12u2_amd64.deb`. */
  readonly path: string;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

export interface PackageSources {
  /** Archive → address that is asked even before its mirror. */
  readonly preferred?: Readonly<Record<string, string>>;
  /** Archive → address that is asked first. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** Address of old versions; undefined: the distribution's own; false: none. */
  readonly snapshot: string | false | undefined;
}

/** The addresses of a pin's archive as it is now, the preferred one first; `known` are those that this machine has met. */
export function archiveAddresses(
  pin: LockedPackage,
  { preferred = {}, mirrors }: PackageSources,
  known: readonly string[],
): readonly string[] {
  const chosen = [preferred[pin.archive], mirrors[pin.archive]].filter((one) => one !== undefined);
  const all = [...chosen, ...ownAddresses(pin), ...known];
  return [...new Set(all.map(withoutSlash))];
}

/** Address of a file below an archive's address. */
export function fileAddress(archive: string, path: string): string {
  return `${withoutSlash(archive)}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Where a distribution's own service of old versions says which files it has of a version; undefined where there is none. */
export function snapshotQuery(name: string, { archive, version }: LockedPackage): string | undefined {
  if (archive !== "debian" && archive !== "debian-security") return undefined;
  const [package_, locked] = [name, version].map(encodeURIComponent);
  return `https://snapshot.debian.org/mr/binary/${package_}/${locked}/binfiles`;
}

/** The file that an answer of that service means, by the sha1 that it is kept under. */
export function snapshotFile(answer: string, architecture: string): string | undefined {
  const { result } = parseObject(answer);
  if (!Array.isArray(result)) return undefined;
  const file = result.find((one: { architecture?: unknown } | null) => one?.architecture === architecture);
  const { hash } = (file ?? {}) as { readonly hash?: unknown };
  return typeof hash === "string" && /^[0-9a-f]{40}$/.test(hash)
    ? `https://snapshot.debian.org/file/${hash}`
    : undefined;
}

/** Address at which an old version stands by its name. */
export function oldVersionAddress(pin: LockedPackage, { snapshot }: PackageSources): string | undefined {
  if (snapshot === false) return undefined;
  if (snapshot !== undefined) return fileAddress(snapshot, `${pin.archive}/${pin.path}`);
  const file = pin.path.split("/").at(-1) ?? "";
  return pin.archive === "ubuntu"
    ? `https://launchpad.net/ubuntu/+archive/primary/+files/${encodeURIComponent(file)}`
    : undefined;
}

/** Whether every machine knows where the archive of a pin is. */
export function isWellKnown(pin: LockedPackage): boolean {
  return ownAddresses(pin).length > 0;
}

function ownAddresses({ archive, architecture }: LockedPackage): readonly string[] {
  if (archive === "debian") return ["http://deb.debian.org/debian"];
  if (archive === "debian-security") return ["http://deb.debian.org/debian-security"];
  if (archive === "alpine") return ["https://dl-cdn.alpinelinux.org/alpine"];
  if (archive !== "ubuntu") return [];
  const [main, ports] = ["http://archive.ubuntu.com/ubuntu", "http://ports.ubuntu.com/ubuntu-ports"];
  return ["amd64", "i386", "all"].includes(architecture) ? [main] : [ports];
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}
