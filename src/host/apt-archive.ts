/** The package archives of Debian and Ubuntu: where a suite's packages come from and who signs them. Pure. */

export interface AptArchive {
  readonly distribution: "debian" | "ubuntu";
  /** File with the signing keys, the same on a host and inside. */
  readonly keyring: string;
  /** Package of a Debian or Ubuntu host that brings the keyring. */
  readonly keyringPackage: string;
  readonly sources: readonly AptSource[];
}

export interface AptSource {
  /** Whose packages it has, wherever it is: as a lock names it. */
  readonly archive: "debian" | "debian-security" | "ubuntu";
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** The archive of a suite with its updates and security updates; a suite that is not known as Ubuntu's is Debian's. */
export function archiveOf(suite: string, architecture: string): AptArchive {
  return ubuntuSuites.has(suite) ? ubuntuArchive(suite, architecture) : debianArchive(suite);
}

const ubuntuSuites = new Set(
  "trusty xenial bionic focal jammy mantic noble oracular plucky questing resolute devel".split(" "),
);

function ubuntuArchive(suite: string, architecture: string): AptArchive {
  const isMain = architecture === "amd64" || architecture === "i386";
  return {
    distribution: "ubuntu",
    keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    keyringPackage: "ubuntu-keyring",
    sources: [
      {
        archive: "ubuntu",
        uri: isMain ? "http://archive.ubuntu.com/ubuntu" : "http://ports.ubuntu.com/ubuntu-ports",
        suites: [suite, `${suite}-updates`, `${suite}-security`],
        components: ["main", "universe"],
      },
    ],
  };
}

function debianArchive(suite: string): AptArchive {
  const uri = "http://deb.debian.org/debian";
  const components = ["main"];
  const isRolling = ["sid", "unstable", "experimental"].includes(suite);
  const updates: readonly AptSource[] = [
    { archive: "debian", uri, suites: [suite, `${suite}-updates`], components },
    {
      archive: "debian-security",
      uri: "http://deb.debian.org/debian-security",
      suites: [`${suite}-security`],
      components,
    },
  ];
  return {
    distribution: "debian",
    keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
    keyringPackage: "debian-archive-keyring",
    sources: isRolling ? [{ archive: "debian", uri, suites: [suite], components }] : updates,
  };
}

/** What to download from: a mirror stands in for the main archive; another archive, Debian's of security updates, it does not have. */
export function mirrorSources({ sources }: AptArchive, mirror: string | undefined): readonly AptSource[] {
  const [main] = sources;
  return mirror === undefined || main === undefined ? sources : [{ ...main, uri: mirror }];
}

/** One-line sources, as in a `sources.list`. */
export function printSourceLines(sources: readonly AptSource[], keyring: string): readonly string[] {
  return sources.flatMap(({ uri, suites, components }) =>
    suites.map((suite) => `deb [signed-by=${keyring}] ${uri} ${suite} ${components.join(" ")}`),
  );
}

/** A `.sources` file in deb822 style, as current releases have it. */
export function printSourcesFile({ sources, keyring }: AptArchive): string {
  return sources
    .map(({ uri, suites, components }) =>
      [
        "Types: deb",
        `URIs: ${uri}`,
        `Suites: ${suites.join(" ")}`,
        `Components: ${components.join(" ")}`,
        `Signed-By: ${keyring}`,
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** Debian's name of a platform's architecture: `linux/arm64/v8` → `arm64`. */
export function debianArchitecture(platform: string): string {
  const name = platform.replace(/^linux\//, "");
  return debianNames[name] ?? name;
}

const debianNames: Readonly<Record<string, string>> = {
  "386": "i386",
  "arm/v7": "armhf",
  "arm/v6": "armel",
  "arm64/v8": "arm64",
  ppc64le: "ppc64el",
};
