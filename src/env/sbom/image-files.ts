/** What an image says of itself: the database of dpkg or apk, and os-release. */

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** `amd64`, `all`. */
  readonly architecture: string;
}

/** The packages whose files are there, of the text of `/var/lib/dpkg/status`. */
export function parseDpkgStatus(text: string): readonly InstalledPackage[] {
  return text.split(/\n{2,}/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "m").exec(stanza)?.[1];
    const [name, version, architecture] = [field("Package"), field("Version"), field("Architecture")];
    const state = field("Status")?.split(/\s+/)[2];
    if (state === "not-installed" || state === "config-files") return [];
    if (name === undefined || version === undefined || architecture === undefined) return [];
    return [{ name, version, architecture }];
  });
}

/** The packages of the text of `/lib/apk/db/installed`. */
export function parseApkInstalled(text: string): readonly InstalledPackage[] {
  return text.split(/\n{2,}/).flatMap((record) => {
    const field = (letter: string) => new RegExp(`^${letter}:(.+)$`, "m").exec(record)?.[1];
    const [name, version, architecture] = [field("P"), field("V"), field("A")];
    if (name === undefined || version === undefined || architecture === undefined) return [];
    return [{ name, version, architecture }];
  });
}

export interface Distribution {
  /** `debian`. */
  readonly id: string;
  /** `bookworm`. */
  readonly suite: string | undefined;
}

/** The distribution of an os-release file; Debian when it does not say. */
export function parseOsRelease(text: string): Distribution {
  const field = (name: string) => new RegExp(`^${name}=(["']?)(.+)\\1$`, "m").exec(text)?.[2];
  return { id: field("ID") ?? "debian", suite: field("VERSION_CODENAME") };
}
