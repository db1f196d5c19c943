/** How mmdebstrap is called so that equal package versions give equal bytes. Pure. */
import { archiveOf, printSourcesFile } from "./apt-archive.ts";

/** A base as the config describes it. */
export interface BootstrapInput {
  readonly suite: string;
  /** Packages beside the variant's own. */
  readonly packages: readonly string[];
  readonly variant: "minbase" | "essential" | "apt";
  readonly mirror: string | undefined;
}

/**
 * Newest time in a base, 2020-01-01. A constant rather than the packages' own newest time: programs that
 * write times into files while they are installed honour SOURCE_DATE_EPOCH, so both agree.
 */
export const bootstrapEpoch = 1_577_836_800;

export function mmdebstrapEnvironment(): Readonly<Record<string, string>> {
  return { SOURCE_DATE_EPOCH: String(bootstrapEpoch), LC_ALL: "C.UTF-8", TZ: "UTC" };
}

export interface MmdebstrapInput {
  readonly suite: string;
  readonly architecture: string;
  /** Names of all packages that the base gets. */
  readonly packages: readonly string[];
  /** Folder that is an apt repository of exactly these. */
  readonly repository: string;
}

/** Arguments that write a base as a tar to `target`. */
export function mmdebstrapArguments(
  { suite, architecture, packages, repository }: MmdebstrapInput,
  { target, isRoot }: { readonly target: string; readonly isRoot: boolean },
): readonly string[] {
  const archive = archiveOf(suite, architecture);
  return [
    `--mode=${isRoot ? "root" : "unshare"}`,
    // The least that a variant has: the rest is named.
    "--variant=essential",
    `--architectures=${architecture}`,
    "--format=tar",
    `--include=${[...packages].sort().join(",")}`,
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=force-unsafe-io",
    "--skip=cleanup/apt,cleanup/run",
    `--extract-hook=${leavePathsOut}`,
    `--customize-hook=${emptyAptFolders}`,
    `--customize-hook=${neutraliseHost}`,
    `--customize-hook=${writeSources(archive.distribution, printSourcesFile(archive))}`,
    suite,
    target,
    // Each file was checked against its sha256; a repository by `file:` would have to be inside the chroot too.
    `deb [trusted=yes] copy:${repository} ./`,
  ];
}

/**
 * As in Debian's slim images: no documentation but the licences, and no flushing of each file, which a
 * layer that is made whole or not at all has no use for. The base keeps them for what is installed later.
 */
const pathOptions = [
  "path-exclude=/usr/share/doc/*",
  "path-include=/usr/share/doc/*/copyright",
  "path-exclude=/usr/share/groff/*",
  "path-exclude=/usr/share/info/*",
  "path-exclude=/usr/share/linda/*",
  "path-exclude=/usr/share/lintian/*",
  "path-exclude=/usr/share/locale/*",
  "path-include=/usr/share/locale/locale.alias",
  "path-exclude=/usr/share/man/*",
];

/**
 * mmdebstrap extracts archives itself before dpkg is there. Given these options it would pipe each one through a
 * filter, which takes ten times as long as to remove afterwards what it leaves out. Folders and links stay where
 * something below them may be kept, as with dpkg, and folders keep their times.
 */
const leavePathsOut = [
  'cd "$1/usr/share" || exit',
  "times=$(mktemp)",
  "others='groff info linda lintian locale man'",
  '{ find doc -type d; find $others -maxdepth 0 2> /dev/null; } | tar --no-recursion --files-from=- -cf "$times"',
  "find doc ! -type d ! -type l ! -path 'doc/*/copyright' -delete",
  "find $others -mindepth 1 ! -path locale/locale.alias -delete 2> /dev/null",
  'tar -xf "$times" && rm "$times" || exit',
  `printf '${pathOptions.map((option) => `${option}\\n`).join("")}' >> "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"`,
].join("; ");

/**
 * In place of mmdebstrap's own clearing, which makes folders anew for root or for apt's own user, by
 * whether that user may enter the working folder.
 */
const emptyAptFolders = 'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*';

/**
 * mmdebstrap copies the host's name and resolvers; engines mount their own over these empty files. With the
 * folders that build steps mount theirs on, the base needs no layer that makes mount points; mmdebstrap's own
 * clearing of `/run` comes after this and would remove them.
 */
const neutraliseHost = [
  'cd "$1/etc" && rm -f hostname hosts resolv.conf && touch hostname hosts resolv.conf && chmod 644 hostname hosts resolv.conf',
  'find "$1/run" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +',
  'mkdir -p "$1/run/devenv" "$1/run/secrets" && chmod 755 "$1/run/secrets" && chmod 1777 "$1/run/devenv"',
].join(" && ");

/** The base names the distribution's own archive; one without apt has no folder for it. */
function writeSources(distribution: string, content: string): string {
  const file = `sources.list.d/${distribution}.sources`;
  // On one line, because mmdebstrap prints it.
  const text = content.replaceAll("\n", "\\n");
  return `cd "$1/etc/apt" || exit 0; rm -f sources.list sources.list.d/*; printf '${text}' > ${file} && chmod 644 ${file}`;
}
